/** One resource, and what has been asked of the server about it. */
interface Wanted {
  /** How many want its updates. */
  by: number;
  subscribed: boolean;
  /** The last of the requests about it. */
  turn: Promise<unknown>;
}

/** Sends `resources/subscribe` or `resources/unsubscribe`. */
type Ask = (method: string, uri: string, timeoutMs: number | undefined) => Promise<unknown>;

/**
 * The resources whose updates are wanted of a server of before 2026-07-28, which knows a resource to
 * be subscribed to or not, whoever wants it. Requests about one resource go out one after the other,
 * and only where the server is not as it is wanted by then.
 */
export class Resources {
  readonly #ask: Ask;
  readonly #wanted = new Map<string, Wanted>();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Resolves when the server has subscribed. To be followed by `drop`, also if it rejects. */
  want(uri: string, timeoutMs: number): Promise<void> {
    const wanted = this.#wanted.get(uri) ?? { by: 0, subscribed: false, turn: Promise.resolve() };
    this.#wanted.set(uri, wanted);
    wanted.by++;
    return this.#adjust(uri, wanted, timeoutMs);
  }

  /** Resolves when the server has unsubscribed, if nobody else wants it. */
  async drop(uri: string): Promise<void> {
    const wanted = this.#wanted.get(uri);
    if (wanted === undefined) return;
    wanted.by--;
    // It will not be told to anybody, whatever the server says.
    await this.#adjust(uri, wanted).catch(() => {});
  }

  #adjust(uri: string, wanted: Wanted, timeoutMs?: number): Promise<void> {
    const turn = wanted.turn.then(async () => {
      const subscribe = wanted.by > 0;
      if (subscribe !== wanted.subscribed) {
        wanted.subscribed = subscribe;
        const method = subscribe ? 'resources/subscribe' : 'resources/unsubscribe';
        try {
          await this.#ask(method, uri, timeoutMs);
        } catch (error) {
          wanted.subscribed = false;
          throw error;
        }
      }
      if (wanted.by === 0 && this.#wanted.get(uri) === wanted) this.#wanted.delete(uri);
    });
    wanted.turn = turn.catch(() => {});
    return turn;
  }
}
