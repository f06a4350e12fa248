import {
  backPressure,
  notJson,
  notOpen,
  protocolBroken,
  receivedBinary,
  receivedTooBig,
  tooBig,
} from './channel-errors.js';
import { isExpected } from './close-codes.js';
import { Farewell } from './farewell.js';
import { IdleWatch } from './idle.js';
import { Inbox } from './inbox.js';
import type { Liveness, LivenessHost } from './liveness.js';
import { type MalformedMessage, parseMessage } from './message.js';
import type { Clock, JsonRpcMessage } from './ports.js';
import { printable } from './printable.js';
import type { Socket, SocketEvents } from './socket.js';

/** The UTF-16 length times this is never less than the UTF-8 length. */
const MAX_BYTES_PER_UNIT = 3;

export interface ChannelOptions {
  readonly clock: Clock;
  readonly maxMessageBytes: number;
  readonly maxBufferedBytes: number;
  readonly pingIntervalMs: number;
  readonly pongTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** The transport around the channel: what becomes of messages and mishaps is its business. */
export interface ChannelHost {
  onMessage(message: JsonRpcMessage): void;
  onMalformed(fault: MalformedMessage): void;
  /** Something worth a report that does not end the connection by itself. */
  onTrouble(error: Error): void;
  /** The connection is gone, once. `code` is ours where we ended it for a reason. */
  onEnd(code: number, reason: string): void;
  /** Set when somebody counts bytes. */
  onSent?(bytes: number): void;
  onReceived?(bytes: number): void;
  onRoundTrip?(rttMs: number): void;
}

/**
 * JSON-RPC over one open socket: both ends of the wire share it. Keeps the order, the limits, the
 * heartbeat and the end; knows neither dialling nor accepting.
 */
export class Channel implements SocketEvents, LivenessHost {
  readonly #options: ChannelOptions;
  readonly #host: ChannelHost;
  /** Made for the first message, because most connections are idle. */
  #inbox: Inbox | undefined;
  #socket: Socket | undefined;
  #liveness: Liveness | undefined;
  #idle: IdleWatch | undefined;
  #farewell: Farewell | undefined;
  /** Why we are ending the connection, if it is us. */
  #ending: { readonly code: number; readonly reason: string } | undefined;
  #ended = false;

  constructor(options: ChannelOptions, host: ChannelHost) {
    this.#options = options;
    this.#host = host;
  }

  /** Whether messages can be sent. */
  get open(): boolean {
    return this.#socket?.open === true && this.#ending === undefined && !this.#ended;
  }

  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** The socket is open: from here on, this channel owns it. */
  attach(socket: Socket): void {
    const { clock, idleTimeoutMs } = this.#options;
    this.#socket = socket;
    this.#liveness = socket.watch?.(this.#options, this);
    if (idleTimeoutMs > 0) {
      this.#idle = new IdleWatch(socket, clock, idleTimeoutMs, () =>
        this.terminate(`nothing received for ${idleTimeoutMs} ms`),
      );
    }
  }

  /**
   * Sends one message as one text frame. Frames of one tick leave in one write.
   * @throws TransportError with `delivery: "not-sent"`; nothing has left then.
   */
  send(message: JsonRpcMessage): void {
    const socket = this.#socket;
    if (socket === undefined || !this.open) throw notOpen(socket !== undefined);
    const text = serialise(message);
    const { maxMessageBytes, maxBufferedBytes } = this.#options;
    const { onSent } = this.#host;
    // Counting UTF-8 is only needed near a limit, or when somebody wants to know.
    const atMost = text.length * MAX_BYTES_PER_UNIT;
    const buffered = socket.bufferedAmount;
    const near = atMost > maxMessageBytes || (buffered > 0 && buffered + atMost > maxBufferedBytes);
    const bytes = near || onSent !== undefined ? socket.byteLength(text) : 0;
    if (near) {
      if (bytes > maxMessageBytes) throw tooBig(bytes, maxMessageBytes);
      // An idle connection takes any message that the size limit allows.
      if (buffered > 0 && buffered + bytes > maxBufferedBytes) {
        throw backPressure(buffered, maxBufferedBytes);
      }
    }
    socket.send(text);
    if (onSent !== undefined) onSent.call(this.#host, bytes);
  }

  /**
   * Starts the closing handshake. What was sent before leaves first; a peer that takes none of it,
   * or does not answer, is dropped. From here on nothing is handed over.
   */
  close(code: number, reason: string): void {
    this.#inbox?.close();
    this.#close(code, reason);
  }

  /** Drops the connection at once, with whatever waits to be sent. */
  terminate(reason: string): void {
    if (this.#socket === undefined || this.#ended) return;
    const unsent = this.bufferedAmount;
    if (this.#ending === undefined) this.#ending = { code: 1006, reason };
    else if (unsent > 0 && isExpected(this.#ending.code)) {
      // Whoever reads 1000 takes it that everything has left.
      this.#ending = { code: 1006, reason: `${reason}, ${unsent} bytes were never sent` };
    }
    this.#socket.terminate();
  }

  onMessage(text: string, knownBytes: number | undefined): void {
    if (this.#ending !== undefined || this.#ended) return;
    this.#idle?.touch();
    const { maxMessageBytes } = this.#options;
    const { onReceived } = this.#host;
    let bytes = knownBytes;
    if (bytes === undefined && (onReceived || text.length * MAX_BYTES_PER_UNIT > maxMessageBytes)) {
      bytes = this.#socket?.byteLength(text);
    }
    if (bytes !== undefined) {
      if (bytes > maxMessageBytes) {
        this.#host.onTrouble(receivedTooBig(maxMessageBytes));
        this.#close(1009, `message over ${maxMessageBytes} bytes`);
        return;
      }
      onReceived?.call(this.#host, bytes);
    }
    let message: JsonRpcMessage;
    try {
      message = parseMessage(text);
    } catch (fault) {
      this.#host.onMalformed(fault as MalformedMessage);
      return;
    }
    this.#inbox ??= new Inbox((next) => this.#deliver(next));
    this.#inbox.push(message);
  }

  onBinary(): void {
    if (this.#ending !== undefined || this.#ended) return;
    this.#host.onTrouble(receivedBinary());
    this.#close(1003, 'text frames only');
  }

  onPong(): void {
    this.#idle?.touch();
    this.#liveness?.pong();
  }

  onRoundTrip(rttMs: number): void {
    this.#host.onRoundTrip?.(rttMs);
  }

  onDead(): void {
    this.terminate(`no sign of life within ${this.#options.pongTimeoutMs} ms of a ping`);
  }

  onViolation(code: number, error: Error): void {
    // Once we are leaving, it does not matter any more how the peer behaves.
    if (this.#ended || this.#ending !== undefined) return;
    this.#ending = { code, reason: error.message };
    this.#stopWatching();
    this.#host.onTrouble(
      code === 1009 ? receivedTooBig(this.#options.maxMessageBytes, error) : protocolBroken(error),
    );
    // The socket has sent its close frame; a peer that broke the rules may never answer it.
    this.#awaitEnd(this.bufferedAmount > 0);
  }

  onClose(code: number, reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopWatching();
    this.#farewell?.stop();
    this.#inbox?.close();
    const ending = this.#ending;
    if (ending === undefined) this.#host.onEnd(code, printable(reason));
    else this.#host.onEnd(ending.code, ending.reason);
  }

  #close(code: number, reason: string): void {
    if (this.#socket === undefined || this.#ended || this.#ending !== undefined) return;
    const waiting = this.bufferedAmount > 0;
    this.#ending = { code, reason };
    this.#stopWatching();
    this.#socket.close(code, reason);
    this.#awaitEnd(waiting);
  }

  #deliver(message: JsonRpcMessage): void {
    // What came before the peer broke the protocol still counts where it answers a call. What would
    // have to be answered itself comes too late.
    if (this.#ending !== undefined && 'method' in message) return;
    try {
      this.#host.onMessage(message);
    } catch (error) {
      // A handler that throws must not take the read loop down with it.
      this.#host.onTrouble(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #awaitEnd(waiting: boolean): void {
    const { clock, pongTimeoutMs } = this.#options;
    // A socket may have ended in the very call that closed it.
    if (this.#ended || this.#socket === undefined || this.#ending === undefined) return;
    // Who is shown out for a fault is not waited for that long.
    const patienceMs = isExpected(this.#ending.code) ? pongTimeoutMs : 0;
    this.#farewell = new Farewell(this.#socket, { clock, patienceMs, waiting }, () =>
      this.terminate('the peer neither read nor closed'),
    );
  }

  #stopWatching(): void {
    this.#liveness?.stop();
    this.#idle?.stop();
  }
}

function serialise(message: JsonRpcMessage): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(message);
  } catch (error) {
    cause = error;
  }
  if (text === undefined) throw notJson(cause);
  return text;
}
