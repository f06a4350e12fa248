import { limitReason } from '../close-codes.js';
import type { Socket, SocketEvents } from '../socket.js';

/** The part of the WHATWG WebSocket that browsers, and what imitates them, agree on. */
export interface StandardWebSocket {
  readonly readyState: number;
  readonly protocol: string;
  readonly bufferedAmount: number;
  binaryType: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

export type StandardWebSocketConstructor = new (
  url: string,
  protocols?: string | string[],
) => StandardWebSocket;

/** WHATWG WebSocket, section 3.1: `readyState`. */
const OPEN = 1;

/** Scripts may close with 1000 and with 3000 to 4999 only: 1009 becomes 4009, and so on. */
function scriptCloseCode(code: number): number {
  return code === 1000 || code >= 3000 ? code : 3000 + code;
}

/** An open WebSocket of a browser, or of a class that the user gave. */
export class StandardSocket implements Socket {
  readonly #ws: StandardWebSocket;
  readonly #events: SocketEvents;
  readonly #encoder = new TextEncoder();
  #framesRead = 0;

  constructor(ws: StandardWebSocket, events: SocketEvents) {
    this.#ws = ws;
    this.#events = events;
    ws.binaryType = 'arraybuffer';
    ws.onmessage = (event: { data: unknown }) => {
      this.#framesRead += 1;
      if (typeof event.data === 'string') events.onMessage(event.data, undefined);
      else events.onBinary();
    };
    ws.onerror = () => {};
    ws.onclose = (event: { code: number; reason: string }) => this.#end(event.code, event.reason);
  }

  get open(): boolean {
    return this.#ws.readyState === OPEN;
  }

  get bufferedAmount(): number {
    return this.#ws.bufferedAmount;
  }

  get bytesRead(): number {
    return this.#framesRead;
  }

  get bytesTaken(): number {
    return -this.#ws.bufferedAmount;
  }

  send(text: string): void {
    this.#ws.send(text);
  }

  close(code: number, reason: string): void {
    this.#ws.close(scriptCloseCode(code), limitReason(reason));
  }

  // A script cannot drop a connection; it can let go of it and leave the rest to the browser.
  terminate(): void {
    this.#ws.close();
    this.#end(1006, '');
  }

  byteLength(text: string): number {
    return this.#encoder.encode(text).length;
  }

  #end(code: number, reason: string): void {
    this.#ws.onmessage = null;
    this.#ws.onclose = null;
    this.#events.onClose(code, reason);
  }
}
