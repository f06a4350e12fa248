import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { Channel, type ChannelHost } from '../channel.js';
import { checkOptions, object, type Rule, withDefaults } from '../check.js';
import { ALL_ANSWERED, limitReason } from '../close-codes.js';
import { ConfigError, isTransportError, TransportError } from '../errors.js';
import { nextConnectionId, type ServerTransportEvent } from '../events.js';
import { INVALID_REQUEST, type MalformedMessage } from '../message.js';
import { WsSocket } from '../node/socket.js';
import { emit, type JsonRpcCall, type JsonRpcId, type JsonRpcMessage, unref } from '../ports.js';
import { type AuthInfo, hasExpired, type MessageExtra, messageExtra } from './auth.js';
import { answeredId, InFlight } from './in-flight.js';
import {
  type ConnectionOptions,
  type ConnectionSettings,
  connectionDefaults,
  connectionRules,
} from './options.js';

/** JSON-RPC code of a request that was not run, because the server drains or has too much to do. */
const UNAVAILABLE = -32010;

/** Longer timers fire at once; what is due later is looked at again then. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface WebSocketServerTransportOptions extends ConnectionOptions {
  /** The upgrade request: handed on with each message, and its socket lets frames leave together. */
  readonly request?: IncomingMessage;
  /** Who is calling; handed on with each message. */
  readonly authInfo?: AuthInfo;
}

/** The part of an accepted `ws` socket that is needed. */
export interface AcceptedSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
  ping(): void;
  pause(): void;
  resume(): void;
  on(event: string, listener: (...args: never[]) => void): unknown;
}

export interface ServerConnectionClosed {
  readonly code: number;
  readonly reason: string;
}

type Bare<E> = E extends unknown ? Omit<E, 'at' | 'id'> : never;

const rules: Record<keyof WebSocketServerTransportOptions, Rule> = {
  ...connectionRules,
  request: object,
  authInfo: object,
};

const SENT = Promise.resolve();

/**
 * MCP over one accepted WebSocket, server side: a `Transport` of the official SDK (v2 and v1).
 * Reads nothing before `start()`.
 *
 * @see docs/BINDING.md for the rules of the wire
 */
export class WebSocketServerTransport {
  /** Called once, when the connection has ended. */
  onclose?: (() => void) | undefined;
  /** Called with what goes wrong outside any one `send`. */
  onerror?: ((error: Error) => void) | undefined;
  /** Called with each message, in the order of arrival. */
  onmessage?: ((message: JsonRpcMessage, extra?: MessageExtra) => void) | undefined;
  /** Called when a draining connection has nothing in flight any more: the place to end subscriptions. */
  ondrain?: (() => unknown) | undefined;
  /** Pairs the events of this connection. */
  readonly id = nextConnectionId();
  /** Resolves when the connection has ended. Never rejects. */
  readonly closed: Promise<ServerConnectionClosed>;

  readonly #settings: ConnectionSettings & WebSocketServerTransportOptions;
  readonly #socket: WsSocket;
  readonly #channel: Channel;
  readonly #inFlight: InFlight;
  readonly #openedAt: number;
  readonly #timers = new Map<'age' | 'expiry' | 'slow' | 'drain', unknown>();
  #extra: MessageExtra | undefined;
  #started = false;
  #draining: Promise<void> | undefined;
  #ended = false;
  #resolveClosed!: (closed: ServerConnectionClosed) => void;

  /** @throws ConfigError */
  constructor(socket: AcceptedSocket, options: WebSocketServerTransportOptions = {}) {
    checkOptions(options, rules);
    if (typeof socket?.pause !== 'function' || typeof socket.on !== 'function') {
      throw new ConfigError('socket', 'socket must be an open WebSocket of the ws package');
    }
    this.#settings = withDefaults(connectionDefaults, options);
    const { clock, maxInFlight, request } = this.#settings;
    this.#openedAt = clock.now();
    this.#inFlight = new InFlight(maxInFlight);
    this.#channel = new Channel({ ...this.#settings, idleTimeoutMs: 0 }, this.#host());
    const raw = request?.socket as Duplex | undefined;
    this.#socket = new WsSocket(socket as unknown as WebSocket, raw, this.#channel);
    this.#socket.pause();
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  /** What each message of this connection comes with. */
  get extra(): MessageExtra {
    this.#extra ??= messageExtra(this.#settings.request, this.#settings.authInfo);
    return this.#extra;
  }

  /** Requests that came in and have no answer yet. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Bytes that were sent and are not yet in the hands of the kernel. */
  get bufferedAmount(): number {
    return this.#channel.bufferedAmount;
  }

  /** Begins to read. Once per transport. */
  async start(): Promise<void> {
    if (this.#started) throw new TransportError('ALREADY_STARTED', 'start() was called before');
    this.#started = true;
    if (this.#ended) throw new TransportError('CLOSED', 'the connection is closed');
    this.#channel.attach(this.#socket);
    this.#watchExpiry();
    this.#watchAge();
    this.#socket.resume();
  }

  /**
   * Sends one message. An answer that cannot be buffered ends the connection with 1013, because
   * its caller would wait for it in vain; any other message is dropped, and the promise rejects.
   * @throws TransportError with `delivery: "not-sent"`
   */
  send(message: object, _options?: object): Promise<void> {
    const answered = answeredId(message as JsonRpcMessage);
    try {
      this.#channel.send(message as JsonRpcMessage);
      return SENT;
    } catch (error) {
      this.#unsent(error, message as JsonRpcMessage, answered);
      return Promise.reject(error);
    } finally {
      if (answered !== undefined) this.#inFlight.settle(answered);
    }
  }

  /**
   * Ends the connection. Resolves when it has ended.
   * @param code - default 1000, and 1001 while it drains
   */
  async close(code = this.#draining === undefined ? 1000 : 1001): Promise<void> {
    this.#close(code, '');
    await this.closed;
  }

  /**
   * Answers new requests -32010 `draining`, lets running ones end within `drainTimeoutMs`, then
   * closes with 1001. Resolves when the connection has ended.
   */
  drain(): Promise<void> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  async #drain(): Promise<void> {
    const { drainTimeoutMs } = this.#settings;
    if (this.#started && !this.#ended) {
      const late = new Promise<void>((resolve) => this.#after('drain', drainTimeoutMs, resolve));
      await Promise.race([this.#inFlight.drained(), late, this.closed]);
    }
    try {
      await Promise.race([this.ondrain?.(), this.closed]);
    } catch (error) {
      this.#trouble(error instanceof Error ? error : new Error(String(error)));
    }
    this.#close(1001, 'draining');
    await this.closed;
  }

  #close(code: number, reason: string): void {
    if (!this.#started && !this.#ended) {
      // Nobody listens yet: the channel has to own the socket before it can end it.
      this.#started = true;
      this.#channel.attach(this.#socket);
    }
    // A paused socket would never read the peer's close frame.
    this.#socket.resume();
    const isAllAnswered = code === 1001 && this.#inFlight.size === 0;
    this.#channel.close(code, isAllAnswered ? ALL_ANSWERED : reason);
  }

  #host(): ChannelHost {
    const host: ChannelHost = {
      onMessage: (message) => this.#received(message),
      onMalformed: (fault) => this.#malformed(fault),
      onTrouble: (error) => this.#trouble(error),
      onEnd: (code, reason) => this.#end(code, reason),
    };
    if (this.#settings.observer === undefined) return host;
    return {
      ...host,
      onSent: (bytes) => this.#emit({ type: 'ws.message.sent', bytes }),
      onReceived: (bytes) => this.#emit({ type: 'ws.message.received', bytes }),
      onRoundTrip: (rttMs) => this.#emit({ type: 'ws.ping', rttMs }),
    };
  }

  #received(message: JsonRpcMessage): void {
    if ('method' in message) {
      if (message.id !== undefined && !this.#admitted(message, message.id)) return;
      // MCP: a cancelled request gets no answer.
      if (message.method === 'notifications/cancelled') {
        this.#inFlight.settle(message.params?.requestId);
      }
    }
    if (this.onmessage === undefined) return;
    this.onmessage(message, this.extra);
  }

  /** Whether a request may run; if not, it has been answered. */
  #admitted({ method }: JsonRpcCall, id: JsonRpcId): boolean {
    if (this.#draining !== undefined) {
      this.#refuse(id, 'draining');
      return false;
    }
    const verdict = this.#inFlight.admit(id, method);
    if (verdict === 'overloaded') this.#refuse(id, 'overloaded');
    // With its own id, this answer would be taken for the one of the request that is running.
    else if (verdict === 'duplicate') {
      this.#answer(null, INVALID_REQUEST, 'Invalid request: this id is in flight already');
    }
    return verdict === 'ok';
  }

  #refuse(id: JsonRpcId, reason: 'draining' | 'overloaded'): void {
    const { retryAfterMs } = this.#settings;
    this.#answer(id, UNAVAILABLE, `The server is ${reason}; nothing was run`, {
      reason,
      retryAfterMs,
    });
  }

  #malformed(fault: MalformedMessage): void {
    this.#trouble(new TransportError('INVALID_MESSAGE', fault.message));
    this.#answer(fault.id, fault.rpcCode, fault.message);
  }

  #answer(id: JsonRpcId | null, code: number, message: string, data?: object): void {
    const error = data === undefined ? { code, message } : { code, message, data };
    try {
      this.#channel.send({ jsonrpc: '2.0', id, error });
    } catch (fault) {
      this.#unsent(fault, undefined, id ?? undefined);
    }
  }

  #unsent(error: unknown, message: JsonRpcMessage | undefined, answered?: JsonRpcId): void {
    if (!isTransportError(error)) return;
    if (error.code === 'BACK_PRESSURE') {
      if (answered !== undefined) this.#closeSlow();
      else this.#after('slow', this.#settings.slowConsumerTimeoutMs, () => this.#judgeSlow());
    } else if (
      error.code === 'MESSAGE_TOO_BIG' &&
      message !== undefined &&
      answered !== undefined
    ) {
      // Silence would let the caller wait until its deadline.
      this.#answer(answered, -32603, `Internal error: ${error.message}`);
    }
  }

  #judgeSlow(): void {
    if (this.#channel.bufferedAmount > this.#settings.maxBufferedBytes / 2) this.#closeSlow();
  }

  #closeSlow(): void {
    this.#trouble(
      new TransportError('BACK_PRESSURE', `the client left ${this.bufferedAmount} bytes unread`),
    );
    this.#close(1013, 'the client does not read');
  }

  #watchExpiry(): void {
    const { authInfo } = this.#settings;
    if (authInfo?.expiresAt === undefined) return;
    if (hasExpired(authInfo)) {
      this.#close(1008, 'authorization expired');
      return;
    }
    const left = Math.min(authInfo.expiresAt * 1000 - Date.now(), MAX_TIMER_MS);
    this.#after('expiry', left, () => this.#watchExpiry());
  }

  #watchAge(): void {
    const { maxConnectionAgeMs, random } = this.#settings;
    if (maxConnectionAgeMs === 0) return;
    // Connections that were opened together must not all come again together.
    this.#after('age', maxConnectionAgeMs * (1 - random() / 10), () => void this.drain());
  }

  #after(name: 'age' | 'expiry' | 'slow' | 'drain', ms: number, callback: () => void): void {
    if (this.#timers.has(name) || this.#ended) return;
    const timer = this.#settings.clock.setTimeout(() => {
      this.#timers.delete(name);
      callback();
    }, ms);
    unref(timer);
    this.#timers.set(name, timer);
  }

  #trouble(error: Error): void {
    const { code } = error as Partial<TransportError>;
    this.#emit({ type: 'ws.error', error: typeof code === 'string' ? code : 'HANDLER' });
    try {
      this.onerror?.(error);
    } catch {
      // There is nobody left to tell.
    }
  }

  #end(code: number, reason: string): void {
    this.#ended = true;
    for (const timer of this.#timers.values()) this.#settings.clock.clearTimeout(timer);
    this.#timers.clear();
    this.#inFlight.clear();
    this.#emit({
      type: 'ws.closed',
      code,
      durationMs: this.#settings.clock.now() - this.#openedAt,
    });
    this.#resolveClosed({ code, reason: limitReason(reason) });
    try {
      this.onclose?.();
    } catch (error) {
      this.#trouble(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #emit(event: Bare<ServerTransportEvent>): void {
    const { observer, clock } = this.#settings;
    if (observer === undefined) return;
    emit(observer, { ...event, at: clock.now(), id: this.id } as ServerTransportEvent);
  }
}
