import { emit } from '../emit.js';
import { type ClientObserver, type ClientTransportEvent, nextConnectionId } from '../events.js';
import { maskUrl } from '../mask.js';
import type { Clock } from '../ports.js';

type Bare<E> = E extends unknown ? Omit<E, 'at' | 'id' | 'url'> : never;

/** Tells an observer about one connection. Made only where there is one. */
export class Telling {
  readonly #observer: ClientObserver;
  readonly #clock: Clock;
  readonly #url: string;
  readonly #id = nextConnectionId();

  constructor(observer: ClientObserver, clock: Clock, url: string) {
    this.#observer = observer;
    this.#clock = clock;
    this.#url = maskUrl(url);
  }

  emit(event: Bare<ClientTransportEvent>): void {
    const base = { at: this.#clock.now(), id: this.#id, url: this.#url };
    emit(this.#observer, { ...event, ...base } as ClientTransportEvent);
  }

  /** Does what `emit` does, for what happens with every message: without a copy. */
  count(type: 'ws.message.sent' | 'ws.message.received', bytes: number): void {
    emit(this.#observer, { type, at: this.#clock.now(), id: this.#id, url: this.#url, bytes });
  }
}

const HARMLESS = /^(mcp(\.v\d+)?)?$/;

/** Some servers echo a subprotocol that carries a token; events must not. */
export function knownProtocol(subprotocol: string): string {
  if (HARMLESS.test(subprotocol)) return subprotocol;
  return subprotocol.startsWith('mcp.auth.') ? 'mcp.auth.…' : '…';
}
