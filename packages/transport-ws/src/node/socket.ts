import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { Liveness, type LivenessHost, type LivenessOptions, type Pingable } from '../liveness.js';
import type { Socket, SocketEvents } from '../socket.js';

/** What this file uses of the TCP or TLS socket below a WebSocket. */
type RawSocket = Duplex & {
  readonly bytesRead?: number;
  readonly bytesWritten?: number;
  readonly _handle?: Handle | null;
};

/** What libuv knows of a write that the kernel has taken a part of; Node itself looks here too. */
interface Handle {
  readonly writeQueueSize?: number;
  /** Of TLS: the TCP handle below. */
  readonly _parent?: Handle;
}

/** How `ws` names what a peer did wrong, and the close code it answers with, where that is not 1002. */
const VIOLATIONS: Readonly<Record<string, number>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 1009,
  WS_ERR_INVALID_UTF8: 1007,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
};

/** What `ws` does not show. */
type Inside = WebSocket & { readonly _socket?: RawSocket; _closeTimer?: NodeJS.Timeout };

/** A socket of the `ws` package, either end of it. */
export class WsSocket implements Socket, Pingable {
  readonly #ws: WebSocket;
  readonly #raw: RawSocket | undefined;
  readonly #events: SocketEvents;
  #framesRead = 0;
  #corked = false;

  /** @param raw The socket below, which lets us put several frames into one write. */
  constructor(ws: WebSocket, raw: RawSocket | undefined, events: SocketEvents) {
    this.#ws = ws;
    const below = raw ?? (ws as Inside)._socket;
    this.#raw = typeof below?.cork === 'function' ? below : undefined;
    this.#events = events;
    Object.assign(ws, { [OWNER]: this });
    for (const [event, listener] of Object.entries(listeners)) ws.on(event, listener as never);
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

  // Node counts a write as pending until all of it is taken, which may be megabytes; only its
  // handle tells how far it is.
  get bytesTaken(): number {
    const handle = this.#raw?._handle;
    const inHand = (handle?._parent ?? handle)?.writeQueueSize ?? 0;
    return this.bytesSent - this.bufferedAmount - inHand;
  }

  get bytesSent(): number {
    return this.#raw?.bytesWritten ?? 0;
  }

  send(text: string): void {
    this.#cork();
    this.#ws.send(text);
  }

  watch(options: LivenessOptions, host: LivenessHost): Liveness {
    return new Liveness(this, options, host);
  }

  ping(): void {
    if (this.open) this.#ws.ping();
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason);
    // After 30 s `ws` would drop the connection by itself, in the middle of what is on its way.
    clearTimeout((this.#ws as Inside)._closeTimer);
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
    if (this.#raw === undefined || this.#corked) return;
    this.#corked = true;
    this.#raw.cork();
    process.nextTick(uncork, this);
  }

  uncork(): void {
    this.#corked = false;
    this.#raw?.uncork();
  }

  onMessage(data: Buffer, isBinary: boolean): void {
    this.#framesRead += 1;
    if (isBinary) this.#events.onBinary();
    // `ws` hands over one Buffer as long as nobody changes its binaryType.
    else this.#events.onMessage(data.toString(), data.length);
  }

  onPong(): void {
    this.#framesRead += 1;
    this.#events.onPong();
  }

  onPing(): void {
    this.#framesRead += 1;
  }

  onError(error: Error & { code?: string }): void {
    const code = violation(error.code ?? '');
    // Errors of the network end in a close event as well; nothing more is to be said of them.
    if (code !== undefined) this.#events.onViolation(code, error);
  }

  onClose(code: number, reason: Buffer): void {
    this.#events.onClose(code, reason.toString());
  }
}

const OWNER = Symbol('owner');

/** A `ws` socket, which is what its listeners are called on. */
interface Owned {
  readonly [OWNER]: WsSocket;
}

// The same functions for all sockets: closures of each one's own would be half of what an idle
// connection costs on top of `ws`.
const listeners: Readonly<Record<string, (this: Owned, ...args: never[]) => void>> = {
  message(data: Buffer, isBinary: boolean) {
    this[OWNER].onMessage(data, isBinary);
  },
  pong() {
    this[OWNER].onPong();
  },
  ping() {
    this[OWNER].onPing();
  },
  error(error: Error) {
    this[OWNER].onError(error);
  },
  close(code: number, reason: Buffer) {
    this[OWNER].onClose(code, reason);
  },
};

const uncork = (socket: WsSocket): void => socket.uncork();

function violation(code: string): number | undefined {
  if (code.startsWith('WS_ERR_')) return VIOLATIONS[code] ?? 1002;
  // zlib: what came in does not inflate.
  return code.startsWith('Z_') ? 1007 : undefined;
}
