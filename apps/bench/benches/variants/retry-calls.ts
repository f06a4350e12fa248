export interface Params {
  /** The caller gives a signal of its own. */
  readonly signal: boolean;
  /** The function looks at the signal that it is given. */
  readonly read: boolean;
}

export type Work = (context: { signal: AbortSignal }) => Promise<number>;

/** What is called, the same for every library. */
export const work = (read: boolean): Work =>
  read ? async ({ signal }) => (signal.aborted ? 0 : 1) : async () => 1;

/** As a caller would use one: made for some calls, not for one, and never aborted. */
export const callerSignal = (given: boolean): AbortSignal | undefined =>
  given ? new AbortController().signal : undefined;
