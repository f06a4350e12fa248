import { dialFailed, subprotocolRefused } from '../client/dial-errors.js';
import type { Dial } from '../client/runtime.js';
import { ConfigError } from '../errors.js';
import {
  StandardSocket,
  type StandardWebSocket,
  type StandardWebSocketConstructor,
} from './socket.js';

/** Opens a WHATWG WebSocket: a browser's, or of a class that the user gave. */
export function dialStandard(WebSocket: StandardWebSocketConstructor, dial: Dial): Promise<void> {
  const { url, subprotocols, signal, events, onOpen } = dial;
  if (dial.addresses !== undefined) {
    // It would resolve the name by itself, and might connect to another address than the guard saw.
    throw new ConfigError(
      'guard',
      'the guard named addresses, which a WebSocket of this runtime cannot be bound to; use a guard that checks the URL only',
    );
  }
  return new Promise((resolve, reject) => {
    let ws: StandardWebSocket;
    try {
      ws = new WebSocket(url.href, [...subprotocols]);
    } catch (cause) {
      // A page served by https may not open ws:, for example.
      reject(dialFailed(url, 'the WebSocket constructor refused', cause, false));
      return;
    }
    const settle = (): void => {
      ws.onopen = null;
      signal.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown): void => {
      settle();
      ws.onclose = null;
      ws.close();
      reject(error);
    };
    const onAbort = (): void => fail(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    // Says nothing that a script may know, and stays: `ws` throws errors that nobody listens to.
    ws.onerror = () => {};
    ws.onclose = (event: { code: number; reason: string }) =>
      fail(dialFailed(url, `closed with code ${event.code}; this runtime does not say more`));
    ws.onopen = () => {
      if (subprotocols.length > 0 && !subprotocols.includes(ws.protocol)) {
        fail(subprotocolRefused(url, subprotocols));
        return;
      }
      settle();
      onOpen(new StandardSocket(ws, events), ws.protocol);
      resolve();
    };
    // A class of the user's may have called the dial off while the socket was made.
    if (signal.aborted) onAbort();
  });
}
