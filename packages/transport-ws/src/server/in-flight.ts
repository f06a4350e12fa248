import type { JsonRpcId, JsonRpcMessage } from '../ports.js';

/** A subscription's request stays open on purpose: it is neither counted nor waited for. */
const LONG_LIVED = 'subscriptions/listen';

/** How long a cancelled request is taken to be running still, where no answer says otherwise. */
const CANCELLED_HOLD_MS = 10_000;

/**
 * The requests of one connection that have no answer yet. A cancelled one may get none, so nobody
 * sees its handler end: it counts for a while yet, in as many places again as requests have, so
 * that asking and cancelling in a loop does not start handlers without end.
 */
export class InFlight {
  readonly #limit: number;
  /** By id, whether they are counted. Idle connections have none. */
  #requests: Map<JsonRpcId, boolean> | undefined;
  /** By id, until when they count; the oldest first. */
  #cancelled: Map<JsonRpcId, number> | undefined;
  #counted = 0;
  #onEmpty: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Subscriptions and cancelled ones not counted. */
  get size(): number {
    return this.#counted;
  }

  /** Whether an answer with this id would be taken for the one of a request. */
  has(id: unknown): boolean {
    return this.#requests?.has(id as JsonRpcId) === true;
  }

  /** Takes a request in, or says why not. */
  admit(id: JsonRpcId, method: string, now: number): 'ok' | 'duplicate' | 'overloaded' {
    const cancelled = this.#held(now);
    if (this.has(id) || this.#cancelled?.has(id)) return 'duplicate';
    const counted = method !== LONG_LIVED;
    const isFull = this.#counted >= this.#limit || this.#counted + cancelled >= 2 * this.#limit;
    if (counted && isFull) return 'overloaded';
    this.#requests ??= new Map();
    this.#requests.set(id, counted);
    if (counted) this.#counted += 1;
    return 'ok';
  }

  /** An answer has left. */
  settle(id: unknown): void {
    this.#cancelled?.delete(id as JsonRpcId);
    this.#remove(id as JsonRpcId);
  }

  /** MCP: a cancelled request gets no answer, or one that crossed the cancellation. */
  cancel(id: unknown, now: number): void {
    if (!this.#remove(id as JsonRpcId)) return;
    this.#cancelled ??= new Map();
    this.#cancelled.set(id as JsonRpcId, now + CANCELLED_HOLD_MS);
  }

  /** Whether nothing that came in can still be running: no request, subscription or cancelled one. */
  isIdle(now: number): boolean {
    return !this.#requests?.size && this.#held(now) === 0;
  }

  /** Resolves when no request is in flight. One waiter at a time. */
  drained(): Promise<void> {
    if (this.#counted === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  clear(): void {
    this.#requests = undefined;
    this.#cancelled = undefined;
    this.#counted = 0;
    this.#empty();
  }

  /** Whether it was there, and counted. */
  #remove(id: JsonRpcId): boolean {
    const counted = this.#requests?.get(id) === true;
    this.#requests?.delete(id);
    if (!counted) return false;
    this.#counted -= 1;
    if (this.#counted === 0) this.#empty();
    return true;
  }

  /** How many cancelled ones count. */
  #held(now: number): number {
    for (const [id, until] of this.#cancelled ?? []) {
      if (until > now) break;
      this.#cancelled?.delete(id);
    }
    return this.#cancelled?.size ?? 0;
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
