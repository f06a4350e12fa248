/** Where time comes from. The globals unless given: `performance.now()`, `setTimeout`, `clearTimeout`. */
export interface Clock {
  /** Milliseconds that only ever grow. */
  now(): number;
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** Is told what happens. One that throws, or rejects, is ignored; without one, no event object is made. */
export type Observer<Event> = (event: Event) => void;

/** Answers with every address of a host name, as text. One that rejects counts as no answer. */
export type Resolve = (hostname: string) => PromiseLike<readonly string[]> | readonly string[];
