import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { Channel, type ChannelHost } from '../channel.js';
import { ALL_ANSWERED, limitReason } from '../close-codes.js';
import { isTransportError, TransportError } from '../errors.js';
import { nextConnectionId, type ServerTransportEvent } from '../events.js';
import type { MalformedMessage } from '../message.js';
import { WsSocket } from '../node/socket.js';
import { emit, type JsonRpcFailure, type JsonRpcId, type JsonRpcMessage } from '../ports.js';
import type { AcceptedSocket } from './accepted-socket.js';
import { Deadlines } from './deadlines.js';
import { answeredId, askedId, InFlight } from './in-flight.js';
import { watchAge, watchExpiry } from './lifetime.js';
import type { MessageExtra } from './message-extra.js';
import type { ConnectionSettings } from './options.js';
import { duplicateId, failure, notTaken, unavailable, unsendable } from './own-answers.js';
import type { Prepared } from './prepared.js';

export interface ServerConnectionClosed {
  /** WebSocket close code; 1006 when the connection was cut. */
  readonly code: number;
  /** What the client said, or why this side ended it. */
  readonly reason: string;
}

/** The transport in front of a connection; it may want to be told of nothing. */
export interface Face {
  readonly extra: MessageExtra;
  readonly onmessage?: ((message: JsonRpcMessage, extra?: MessageExtra) => void) | undefined;
  readonly onerror?: ((error: Error) => void) | undefined;
  readonly ondrain?: (() => unknown) | undefined;
  readonly onclose?: (() => void) | undefined;
}

type Bare<E> = E extends unknown ? Omit<E, 'at' | 'id'> : never;

/** How long `ondrain` has to say goodbye. */
const GOODBYE_MS = 2_000;

/** What a server does with one WebSocket: requests let in or answered, drained, ended. */
export class Connection implements ChannelHost {
  readonly id = nextConnectionId();
  // Counting bytes is left out where nobody wants to know.
  readonly onSent?: (bytes: number) => void;
  readonly onReceived?: (bytes: number) => void;
  readonly onRoundTrip?: (rttMs: number) => void;

  readonly #face: Face;
  readonly #settings: ConnectionSettings;
  readonly #socket: WsSocket;
  readonly #channel: Channel;
  /** Made for the first request, because most connections are idle. */
  #inFlight: InFlight | undefined;
  readonly #deadlines: Deadlines;
  readonly #onEnded: Prepared['onEnded'];
  readonly #openedAt: number;
  #state: 'new' | 'started' | 'closing' | 'ended' = 'new';
  #draining: Promise<void> | undefined;
  #ending: ServerConnectionClosed | undefined;
  // Made for the first who asks.
  #closed: Promise<ServerConnectionClosed> | undefined;
  #resolveClosed: ((ending: ServerConnectionClosed) => void) | undefined;

  constructor(face: Face, socket: AcceptedSocket, { settings, request, onEnded }: Prepared) {
    const { clock, observer } = settings;
    this.#face = face;
    this.#settings = settings;
    this.#onEnded = onEnded;
    this.#openedAt = clock.now();
    this.#deadlines = new Deadlines(clock);
    if (observer !== undefined) {
      this.onSent = (bytes) => this.#emit({ type: 'ws.message.sent', bytes });
      this.onReceived = (bytes) => this.#emit({ type: 'ws.message.received', bytes });
      this.onRoundTrip = (rttMs) => this.#emit({ type: 'ws.ping', rttMs });
    }
    this.#channel = new Channel(settings, this);
    const raw = request?.socket as Duplex | undefined;
    this.#socket = new WsSocket(socket as unknown as WebSocket, raw, this.#channel);
    this.#socket.pause();
  }

  get closed(): Promise<ServerConnectionClosed> {
    this.#closed ??= new Promise((resolve) => {
      if (this.#ending === undefined) this.#resolveClosed = resolve;
      else resolve(this.#ending);
    });
    return this.#closed;
  }

  get draining(): boolean {
    return this.#draining !== undefined;
  }

  get inFlight(): number {
    return this.#inFlight?.size ?? 0;
  }

  get bufferedAmount(): number {
    return this.#channel.bufferedAmount;
  }

  /** @throws TransportError */
  start(authInfo: Parameters<typeof watchExpiry>[1]): void {
    if (this.#state === 'started') {
      throw new TransportError('ALREADY_STARTED', 'start() was called before');
    }
    if (this.#state !== 'new') throw new TransportError('CLOSED', 'the connection is closed');
    this.#state = 'started';
    this.#channel.attach(this.#socket);
    watchAge(this.#deadlines, this.#settings, () => void this.drain());
    watchExpiry(this.#deadlines, authInfo, () => this.close(1008, 'authorization expired'));
    this.#socket.resume();
  }

  /** @throws TransportError */
  send(message: JsonRpcMessage): void {
    const answered = answeredId(message);
    try {
      this.#channel.send(message);
    } catch (error) {
      this.#unsent(error, answered);
      throw error;
    } finally {
      if (answered !== undefined) this.#inFlight?.settle(answered);
    }
  }

  close(code: number, reason: string): void {
    if (this.#state === 'ended') return;
    // The channel has to own the socket before it can end it.
    if (this.#state === 'new') this.#channel.attach(this.#socket);
    this.#state = 'closing';
    // A paused socket would never read the peer's close frame.
    this.#socket.resume();
    const isAllAnswered = code === 1001 && this.inFlight === 0;
    this.#channel.close(code, isAllAnswered ? ALL_ANSWERED : reason);
  }

  drain(): Promise<void> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  onMessage(message: JsonRpcMessage): void {
    const asked = askedId(message);
    if ('method' in message) {
      if (asked !== undefined && !this.#admitted(asked, message.method)) return;
      // MCP: a cancelled request gets no answer.
      if (message.method === 'notifications/cancelled') {
        this.#inFlight?.settle(message.params?.requestId);
      }
    }
    try {
      this.#face.onmessage?.(message, this.#face.extra);
    } catch (error) {
      this.onTrouble(error);
      if (asked === undefined || !this.#inFlight?.has(asked)) return;
      this.#answer(notTaken(asked));
      this.#inFlight?.settle(asked);
    }
  }

  onMalformed({ id, rpcCode, message }: MalformedMessage): void {
    this.onTrouble(new TransportError('INVALID_MESSAGE', message));
    this.#answer(failure(id, rpcCode, message));
  }

  onTrouble(fault: unknown): void {
    const error = fault instanceof Error ? fault : new Error(String(fault));
    this.#emit({ type: 'ws.error', error: isTransportError(error) ? error.code : 'HANDLER' });
    try {
      this.#face.onerror?.(error);
    } catch {
      // There is nobody left to tell.
    }
  }

  onEnd(code: number, reason: string): void {
    this.#state = 'ended';
    this.#deadlines.clear();
    this.#inFlight?.clear();
    const durationMs = this.#settings.clock.now() - this.#openedAt;
    this.#emit({ type: 'ws.closed', code, durationMs });
    this.#ending = { code, reason: limitReason(reason) };
    this.#onEnded?.(this.#face);
    this.#resolveClosed?.(this.#ending);
    try {
      this.#face.onclose?.();
    } catch (error) {
      this.onTrouble(error);
    }
  }

  async #drain(): Promise<void> {
    if (this.#state === 'started') {
      await this.#within('drain', this.#settings.drainTimeoutMs, this.#inFlight?.drained());
      await this.#within('goodbye', GOODBYE_MS, this.#goodbye());
    }
    this.close(1001, 'draining');
    await this.closed;
  }

  async #goodbye(): Promise<void> {
    try {
      await this.#face.ondrain?.();
    } catch (error) {
      this.onTrouble(error);
    }
  }

  /** Waits for something that may never come, but no longer than the connection lasts. */
  async #within(name: 'drain' | 'goodbye', ms: number, done?: Promise<void>): Promise<void> {
    if (done === undefined) return;
    const late = new Promise<void>((resolve) => this.#deadlines.set(name, ms, resolve));
    await Promise.race([done, late, this.closed]);
  }

  /** Whether a request may run; if not, it has been answered. */
  #admitted(id: JsonRpcId, method: string): boolean {
    const { maxInFlight, retryAfterMs } = this.#settings;
    this.#inFlight ??= new InFlight(maxInFlight);
    const verdict = this.draining ? 'draining' : this.#inFlight.admit(id, method);
    if (verdict === 'ok') return true;
    this.#answer(verdict === 'duplicate' ? duplicateId() : unavailable(id, verdict, retryAfterMs));
    return false;
  }

  #answer(answer: JsonRpcFailure): void {
    try {
      this.#channel.send(answer);
    } catch (error) {
      // An answer of our own is small: only a client that does not read keeps it from leaving.
      if (isTransportError(error) && error.code === 'BACK_PRESSURE') this.#overflowed(!!answer.id);
    }
  }

  #unsent(error: unknown, answered: JsonRpcId | undefined): void {
    if (!isTransportError(error)) return;
    if (error.code === 'BACK_PRESSURE') this.#overflowed(answered !== undefined);
    else if (error.code === 'MESSAGE_TOO_BIG' || error.code === 'INVALID_MESSAGE') {
      if (answered !== undefined) this.#answer(unsendable(answered, error));
    }
  }

  /** A message found no room. Whoever waits for an answer that is lost must learn it now. */
  #overflowed(somebodyWaits: boolean): void {
    if (somebodyWaits) this.#closeSlow();
    else this.#deadlines.set('slow', this.#settings.slowConsumerTimeoutMs, () => this.#judgeSlow());
  }

  /** One that has read half of it since is only slow. */
  #judgeSlow(): void {
    if (this.bufferedAmount > this.#settings.maxBufferedBytes / 2) this.#closeSlow();
  }

  #closeSlow(): void {
    const unread = `the client left ${this.bufferedAmount} bytes unread`;
    this.onTrouble(new TransportError('BACK_PRESSURE', unread));
    this.close(1013, 'the client does not read');
  }

  #emit(event: Bare<ServerTransportEvent>): void {
    const { observer, clock } = this.#settings;
    if (observer === undefined) return;
    emit(observer, { ...event, at: clock.now(), id: this.id } as ServerTransportEvent);
  }
}
