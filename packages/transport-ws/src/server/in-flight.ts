import type { JsonRpcId, JsonRpcMessage } from '../ports.js';

/** A subscription's request stays open on purpose: it is neither counted nor waited for. */
const LONG_LIVED = 'subscriptions/listen';

/** The requests of one connection that have no answer yet. */
export class InFlight {
  readonly #limit: number;
  /** By id, whether they are counted. Idle connections have none. */
  #requests: Map<JsonRpcId, boolean> | undefined;
  #counted = 0;
  #onEmpty: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Subscriptions not counted. */
  get size(): number {
    return this.#counted;
  }

  has(id: JsonRpcId): boolean {
    return this.#requests?.has(id) === true;
  }

  /** Takes a request in, or says why not. */
  admit(id: JsonRpcId, method: string): 'ok' | 'duplicate' | 'overloaded' {
    if (this.has(id)) return 'duplicate';
    const counted = method !== LONG_LIVED;
    if (counted && this.#counted >= this.#limit) return 'overloaded';
    this.#requests ??= new Map();
    this.#requests.set(id, counted);
    if (counted) this.#counted += 1;
    return 'ok';
  }

  /** An answer has left, or a request was cancelled: MCP then sends no answer. */
  settle(id: unknown): void {
    const counted = this.#requests?.get(id as JsonRpcId);
    if (counted === undefined) return;
    this.#requests?.delete(id as JsonRpcId);
    if (!counted) return;
    this.#counted -= 1;
    if (this.#counted === 0) this.#empty();
  }

  /** Resolves when nothing is in flight. One waiter at a time. */
  drained(): Promise<void> {
    if (this.#counted === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  clear(): void {
    this.#requests = undefined;
    this.#counted = 0;
    this.#empty();
  }

  #empty(): void {
    this.#onEmpty?.();
    this.#onEmpty = undefined;
  }
}

/** The id of a message that answers a request. */
export const answeredId = (message: JsonRpcMessage): JsonRpcId | undefined =>
  'method' in message ? undefined : (message.id ?? undefined);

/** The id of a message that asks for an answer. */
export const askedId = (message: JsonRpcMessage): JsonRpcId | undefined =>
  'method' in message ? message.id : undefined;
