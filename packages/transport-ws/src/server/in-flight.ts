import type { JsonRpcId, JsonRpcMessage } from '../ports.js';

/** A subscription's request stays open on purpose: it is neither counted nor waited for. */
const LONG_LIVED = 'subscriptions/listen';

/** The requests of one connection that have no answer yet. */
export class InFlight {
  readonly #limit: number;
  readonly #ids = new Set<JsonRpcId>();
  readonly #longLived = new Set<JsonRpcId>();
  #onEmpty: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Subscriptions not counted. */
  get size(): number {
    return this.#ids.size;
  }

  has(id: JsonRpcId): boolean {
    return this.#ids.has(id) || this.#longLived.has(id);
  }

  /** Takes a request in, or says why not. */
  admit(id: JsonRpcId, method: string): 'ok' | 'duplicate' | 'overloaded' {
    if (this.has(id)) return 'duplicate';
    if (method === LONG_LIVED) {
      this.#longLived.add(id);
      return 'ok';
    }
    if (this.#ids.size >= this.#limit) return 'overloaded';
    this.#ids.add(id);
    return 'ok';
  }

  /** An answer has left, or a request was cancelled: MCP then sends no answer. */
  settle(id: unknown): void {
    this.#longLived.delete(id as JsonRpcId);
    if (this.#ids.delete(id as JsonRpcId) && this.#ids.size === 0) this.#empty();
  }

  /** Resolves when nothing is in flight. One waiter at a time. */
  drained(): Promise<void> {
    if (this.#ids.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  clear(): void {
    this.#ids.clear();
    this.#longLived.clear();
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
