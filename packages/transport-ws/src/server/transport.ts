import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { Channel, type ChannelHost } from '../channel.js';
import { checkOptions, object, type Rule, withDefaults } from '../check.js';
import { isSendable, limitReason } from '../close-codes.js';
import { ConfigError, isTransportError, TransportError } from '../errors.js';
import { nextConnectionId, type ServerTransportEvent } from '../events.js';
import type { MalformedMessage } from '../message.js';
import { WsSocket } from '../node/socket.js';
import { emit, type JsonRpcFailure, type JsonRpcId, type JsonRpcMessage } from '../ports.js';
import { type AcceptedSocket, checkSocket } from './accepted-socket.js';
import { type AuthInfo, authInfoRule } from './auth.js';
import { Deadlines } from './deadlines.js';
import { answeredId, askedId, InFlight } from './in-flight.js';
import { watchAge, watchExpiry } from './lifetime.js';
import { type MessageExtra, messageExtra } from './message-extra.js';
import {
  type ConnectionOptions,
  type ConnectionSettings,
  connectionDefaults,
  connectionRules,
} from './options.js';
import { duplicateId, failure, notTaken, unavailable, unsendable } from './own-answers.js';
import { SlowConsumer } from './slow-consumer.js';

export interface WebSocketServerTransportOptions extends ConnectionOptions {
  /** The upgrade request: handed on with each message, and its socket lets frames leave together. */
  readonly request?: IncomingMessage;
  /** Who is calling; handed on with each message. */
  readonly authInfo?: AuthInfo;
}

export interface ServerConnectionClosed {
  /** WebSocket close code; 1006 when the connection was cut. */
  readonly code: number;
  /** What the client said, or why this side ended it. */
  readonly reason: string;
}

type Bare<E> = E extends unknown ? Omit<E, 'at' | 'id'> : never;

const rules: Record<keyof WebSocketServerTransportOptions, Rule> = {
  ...connectionRules,
  request: object,
  authInfo: authInfoRule,
};

/** How long `ondrain` has to say goodbye. */
const GOODBYE_MS = 2_000;

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
  readonly #deadlines: Deadlines;
  readonly #slow: SlowConsumer;
  readonly #openedAt: number;
  #extra: MessageExtra | undefined;
  #state: 'new' | 'started' | 'closing' | 'ended' = 'new';
  #draining: Promise<void> | undefined;
  #resolveClosed!: (closed: ServerConnectionClosed) => void;

  /**
   * @throws ConfigError
   * @throws TransportError `CLOSED` if the socket is no longer open
   */
  constructor(socket: AcceptedSocket, options: WebSocketServerTransportOptions = {}) {
    checkOptions(options, rules);
    checkSocket(socket);
    this.#settings = withDefaults(connectionDefaults, options);
    const { clock, maxInFlight, request } = this.#settings;
    this.#openedAt = clock.now();
    this.#inFlight = new InFlight(maxInFlight);
    this.#deadlines = new Deadlines(clock);
    this.#slow = new SlowConsumer(this.#deadlines, {
      ...this.#settings,
      bufferedAmount: () => this.bufferedAmount,
      giveUp: () => this.#closeSlow(),
    });
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
    if (this.#state === 'started') {
      throw new TransportError('ALREADY_STARTED', 'start() was called before');
    }
    if (this.#state !== 'new') throw new TransportError('CLOSED', 'the connection is closed');
    this.#state = 'started';
    this.#channel.attach(this.#socket);
    watchAge(this.#deadlines, this.#settings, () => void this.drain());
    watchExpiry(this.#deadlines, this.#settings.authInfo, () =>
      this.#close(1008, 'authorization expired'),
    );
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
      this.#unsent(error, answered);
      return Promise.reject(error);
    } finally {
      if (answered !== undefined) this.#inFlight.settle(answered);
    }
  }

  /**
   * Ends the connection. Resolves when it has ended.
   * @param code - default 1000, and 1001 while it drains
   * @throws ConfigError for a code that RFC 6455 keeps out of close frames
   */
  async close(code = this.#draining === undefined ? 1000 : 1001): Promise<void> {
    if (!isSendable(code)) throw new ConfigError('code', `${code} cannot be sent as a close code`);
    this.#close(code, this.#draining === undefined ? '' : 'draining');
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
    if (this.#state === 'started') {
      await this.#within('drain', this.#settings.drainTimeoutMs, this.#inFlight.drained());
      await this.#within('goodbye', GOODBYE_MS, this.#goodbye());
    }
    this.#close(1001, 'draining');
    await this.closed;
  }

  async #goodbye(): Promise<void> {
    try {
      await this.ondrain?.();
    } catch (error) {
      this.#trouble(error);
    }
  }

  /** Waits for something that may never come, but no longer than the connection lasts. */
  async #within(name: 'drain' | 'goodbye', ms: number, done: Promise<void>): Promise<void> {
    const late = new Promise<void>((resolve) => this.#deadlines.set(name, ms, resolve));
    await Promise.race([done, late, this.closed]);
  }

  #close(code: number, reason: string): void {
    if (this.#state === 'ended') return;
    // The channel has to own the socket before it can end it.
    if (this.#state === 'new') this.#channel.attach(this.#socket);
    this.#state = 'closing';
    // A paused socket would never read the peer's close frame.
    this.#socket.resume();
    this.#channel.close(code, reason);
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

  #closeSlow(): void {
    const unread = `the client left ${this.bufferedAmount} bytes unread`;
    this.#trouble(new TransportError('BACK_PRESSURE', unread));
    this.#close(1013, 'the client does not read');
  }

  #received(message: JsonRpcMessage): void {
    const asked = askedId(message);
    if ('method' in message) {
      if (asked !== undefined && !this.#admitted(asked, message.method)) return;
      // MCP: a cancelled request gets no answer.
      if (message.method === 'notifications/cancelled') {
        this.#inFlight.settle(message.params?.requestId);
      }
    }
    try {
      this.onmessage?.(message, this.extra);
    } catch (error) {
      this.#trouble(error);
      if (asked === undefined || !this.#inFlight.has(asked)) return;
      this.#answer(notTaken(asked));
      this.#inFlight.settle(asked);
    }
  }

  /** Whether a request may run; if not, it has been answered. */
  #admitted(id: JsonRpcId, method: string): boolean {
    const verdict = this.#draining ? 'draining' : this.#inFlight.admit(id, method);
    if (verdict === 'ok') return true;
    const { retryAfterMs } = this.#settings;
    this.#answer(verdict === 'duplicate' ? duplicateId() : unavailable(id, verdict, retryAfterMs));
    return false;
  }

  #malformed(fault: MalformedMessage): void {
    this.#trouble(new TransportError('INVALID_MESSAGE', fault.message));
    this.#answer(failure(fault.id, fault.rpcCode, fault.message));
  }

  #answer(answer: JsonRpcFailure): void {
    try {
      this.#channel.send(answer);
    } catch (error) {
      // An answer of our own is small: only a client that does not read keeps it from leaving.
      if (isTransportError(error) && error.code === 'BACK_PRESSURE')
        this.#slow.overflowed(!!answer.id);
    }
  }

  #unsent(error: unknown, answered: JsonRpcId | undefined): void {
    if (!isTransportError(error)) return;
    if (error.code === 'BACK_PRESSURE') this.#slow.overflowed(answered !== undefined);
    else if (error.code === 'MESSAGE_TOO_BIG' || error.code === 'INVALID_MESSAGE') {
      if (answered !== undefined) this.#answer(unsendable(answered, error));
    }
  }

  #trouble(fault: unknown): void {
    const error = fault instanceof Error ? fault : new Error(String(fault));
    this.#emit({ type: 'ws.error', error: isTransportError(error) ? error.code : 'HANDLER' });
    try {
      this.onerror?.(error);
    } catch {
      // There is nobody left to tell.
    }
  }

  #end(code: number, reason: string): void {
    this.#state = 'ended';
    this.#deadlines.clear();
    this.#inFlight.clear();
    const durationMs = this.#settings.clock.now() - this.#openedAt;
    this.#emit({ type: 'ws.closed', code, durationMs });
    this.#resolveClosed({ code, reason: limitReason(reason) });
    try {
      this.onclose?.();
    } catch (error) {
      this.#trouble(error);
    }
  }

  #emit(event: Bare<ServerTransportEvent>): void {
    const { observer, clock } = this.#settings;
    if (observer === undefined) return;
    emit(observer, { ...event, at: clock.now(), id: this.id } as ServerTransportEvent);
  }
}
