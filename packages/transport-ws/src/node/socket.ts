import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Socket, SocketEvents } from '../socket.js';

/** What this file uses of the TCP or TLS socket below a WebSocket. */
type RawSocket = Duplex & { readonly bytesRead?: number };

/** How `ws` names what a peer did wrong, and the close code it answers with, where that is not 1002. */
const VIOLATIONS: Readonly<Record<string, number>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 1009,
  WS_ERR_INVALID_UTF8: 1007,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
};

/** A socket of the `ws` package, either end of it. */
export class WsSocket implements Socket {
  readonly #ws: WebSocket;
  readonly #raw: RawSocket | undefined;
  #framesRead = 0;
  #corked = false;

  /** @param raw The socket below, which lets us put several frames into one write. */
  constructor(ws: WebSocket, raw: RawSocket | undefined, events: SocketEvents) {
    this.#ws = ws;
    this.#raw = typeof raw?.cork === 'function' ? raw : undefined;
    ws.on('message', (data, isBinary) => {
      this.#framesRead += 1;
      if (isBinary) {
        events.onBinary();
        return;
      }
      // `ws` hands over one Buffer as long as nobody changes its binaryType.
      const payload = data as Buffer;
      events.onMessage(payload.toString(), payload.length);
    });
    ws.on('pong', () => {
      this.#framesRead += 1;
      events.onPong();
    });
    ws.on('ping', () => {
      this.#framesRead += 1;
    });
    ws.on('error', (error: Error & { code?: string }) => {
      const code = violation(error.code ?? '');
      // Errors of the network end in a close event as well; nothing more is to be said of them.
      if (code !== undefined) events.onViolation(code, error);
    });
    ws.on('close', (code, reason) => events.onClose(code, reason.toString()));
  }

  get open(): boolean {
    return this.#ws.readyState === this.#ws.OPEN;
  }

  get bufferedAmount(): number {
    return this.#ws.bufferedAmount;
  }

  get bytesRead(): number {
    return this.#raw?.bytesRead ?? this.#framesRead;
  }

  send(text: string): void {
    this.#cork();
    this.#ws.send(text);
  }

  ping(): void {
    if (this.open) this.#ws.ping();
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason);
  }

  terminate(): void {
    this.#ws.terminate();
  }

  pause(): void {
    this.#ws.pause();
  }

  resume(): void {
    this.#ws.resume();
  }

  byteLength(text: string): number {
    return Buffer.byteLength(text);
  }

  // Whatever is sent until this tick's microtasks are done leaves in one write.
  #cork(): void {
    const raw = this.#raw;
    if (raw === undefined || this.#corked) return;
    this.#corked = true;
    raw.cork();
    process.nextTick(this.#uncork);
  }

  readonly #uncork = (): void => {
    this.#corked = false;
    this.#raw?.uncork();
  };
}

function violation(code: string): number | undefined {
  if (code.startsWith('WS_ERR_')) return VIOLATIONS[code] ?? 1002;
  // zlib: what came in does not inflate.
  return code.startsWith('Z_') ? 1007 : undefined;
}
