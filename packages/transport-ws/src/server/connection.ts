import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { Channel, type ChannelHost } from '../channel.js';
import { ALL_ANSWERED, limitReason } from '../close-codes.js';
import { emit } from '../emit.js';
import { isTransportError, TransportError } from '../errors.js';
import { nextConnectionId, type ServerTransportEvent } from '../events.js';
import { guarded } from '../guarded.js';
import type { MalformedMessage } from '../message.js';
import { WsSocket } from '../node/socket.js';
import type { JsonRpcFailure, JsonRpcId, JsonRpcMessage } from '../ports.js';
import { report } from '../report.js';
import type { AcceptedSocket } from './accepted-socket.js';
import { Deadlines } from './deadlines.js';
import { Drain } from './drain.js';
import { answeredId, askedId, InFlight } from './in-flight.js';
import { watchAge, watchExpiry } from './lifetime.js';
import type { MessageExtra } from './message-extra.js';
import type { ConnectionSettings } from './options.js';
import { duplicateId, failure, notTaken, unavailable, unsendable } from './own-answers.js';
import type { Prepared } from './prepared.js';
import { overflowed } from './slow-consumer.js';

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

/** How long a connection may wait for its `start()`: until then nobody sees its client go. */
const START_TIMEOUT_MS = 30_000;

/** How long the close frame of a drain may take: what was to be read has been, or is given up. */
const LEAVE_MS = 2_000;

const DRAINING = 'draining';

/** What a server does with one WebSocket: requests let in or answered, drained, ended. */
export class Connection implements ChannelHost {
  readonly id = nextConnectionId();
  // Counting bytes is left out where nobody wants to know.
  readonly onSent?: (bytes: number) => void;
  readonly onReceived?: (bytes: number) => void;
  readonly onRoundTrip?: (rttMs: number) => void;

  readonly #face: Face;
  readonly #settings: ConnectionSettings;
  readonly #accepted: AcceptedSocket;
  readonly #socket: WsSocket;
  readonly #channel: Channel;
  /** Made for the first request, because most connections are idle. */
  #inFlight: InFlight | undefined;
  readonly #deadlines: Deadlines;
  readonly #onEnded: Prepared['onEnded'];
  readonly #openedAt: number;
  #state: 'new' | 'started' | 'closing' | 'ended' = 'new';
  #drain: Drain | undefined;
  #drained: Promise<void> | undefined;
  #ending: ServerConnectionClosed | undefined;
  // Made for the first who asks.
  #closed: Promise<ServerConnectionClosed> | undefined;
  #resolveClosed: ((ending: ServerConnectionClosed) => void) | undefined;

  constructor(face: Face, socket: AcceptedSocket, { settings, request, onEnded }: Prepared) {
    const { clock, observer } = settings;
    this.#face = face;
    this.#accepted = socket;
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
    this.#deadlines.set('start', START_TIMEOUT_MS, () => this.#notStarted());
  }

  get closed(): Promise<ServerConnectionClosed> {
    this.#closed ??= new Promise((resolve) => {
      if (this.#ending === undefined) this.#resolveClosed = resolve;
      else resolve(this.#ending);
    });
    return this.#closed;
  }

  get draining(): boolean {
    return this.#drained !== undefined;
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
      throw notStartable('ALREADY_STARTED', 'start() was called before');
    }
    if (this.#state !== 'new') throw notStartable('CLOSED', 'the connection is closed');
    this.#state = 'started';
    this.#deadlines.cancel('start');
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
    const vouches = code === 1001 && this.#isAllAnswered();
    this.#channel.close(code, vouches ? ALL_ANSWERED : reason);
  }

  /** Cuts a connection off that is closing, with whatever its client has not read by then. */
  endWithin(ms: number): void {
    if (this.#state === 'ended') return;
    this.#deadlines.set('end', ms, () => this.#channel.terminate(`not closed within ${ms} ms`));
  }

  /** The server is done with its client. During a goodbye, that ends it: the drain does the rest. */
  leave(): void {
    if (this.#drain?.leave()) return;
    if (this.draining) this.close(1001, DRAINING);
    else this.close(1000, '');
  }

  drain(): Promise<void> {
    this.#drained ??= this.#drainAndClose();
    return this.#drained;
  }

  onMessage(message: JsonRpcMessage): void {
    const asked = askedId(message);
    if ('method' in message) {
      if (asked !== undefined && !this.#admitted(asked, message.method)) return;
      if (message.method === 'notifications/cancelled') {
        this.#inFlight?.cancel(message.params?.requestId, this.#settings.clock.now());
      }
    }
    guarded(
      () => this.#face.onmessage?.(message, this.#face.extra),
      (error) => {
        this.onTrouble(error);
        if (asked === undefined || !this.#inFlight?.has(asked)) return;
        this.#answer(notTaken(asked));
        this.#inFlight.settle(asked);
      },
    );
  }

  onMalformed({ id, isResponse, rpcCode, message }: MalformedMessage): void {
    this.onTrouble(new TransportError('INVALID_MESSAGE', message));
    if (isResponse) return;
    // With the id of a request that runs, this would be taken for the answer to that.
    this.#answer(failure(this.#inFlight?.has(id) ? null : id, rpcCode, message));
  }

  onTrouble(fault: unknown): void {
    const error = fault instanceof Error ? fault : new Error(String(fault));
    this.#emit({ type: 'ws.error', error: isTransportError(error) ? error.code : 'HANDLER' });
    report(this.#face.onerror, error);
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
    guarded(
      () => this.#face.onclose?.(),
      (error) => this.onTrouble(error),
    );
  }

  async #drainAndClose(): Promise<void> {
    const { drainTimeoutMs } = this.#settings;
    if (this.#state === 'closing') {
      this.endWithin(drainTimeoutMs);
    } else {
      if (this.#state === 'started') {
        this.#drain = new Drain(this, this.#accepted, this.#deadlines);
        const answered = this.#inFlight?.drained();
        await this.#drain.run(drainTimeoutMs, answered, () => this.#face.ondrain?.());
      }
      this.close(1001, DRAINING);
      this.endWithin(LEAVE_MS);
    }
    await this.closed;
  }

  #notStarted(): void {
    const message = `start() was not called within ${START_TIMEOUT_MS} ms`;
    this.onTrouble(new TransportError('NOT_OPEN', message));
    this.close(1011, 'the server did not begin');
  }

  /** Whether the client is right to take whatever it has no answer to for not run. */
  #isAllAnswered(): boolean {
    const { clock } = this.#settings;
    return this.bufferedAmount === 0 && (this.#inFlight?.isIdle(clock.now()) ?? true);
  }

  /** Whether a request may run; if not, it has been answered. */
  #admitted(id: JsonRpcId, method: string): boolean {
    const { clock, maxInFlight, retryAfterMs } = this.#settings;
    this.#inFlight ??= new InFlight(maxInFlight);
    const verdict = this.draining ? 'draining' : this.#inFlight.admit(id, method, clock.now());
    if (verdict === 'ok') return true;
    this.#answer(verdict === 'duplicate' ? duplicateId() : unavailable(id, verdict, retryAfterMs));
    return false;
  }

  #answer(answer: JsonRpcFailure): void {
    try {
      this.#channel.send(answer);
    } catch (error) {
      // An answer of our own is small: only a client that does not read keeps it from leaving.
      if (isTransportError(error) && error.code === 'BACK_PRESSURE') {
        this.#overflowed(answer.id != null);
      }
    }
  }

  #unsent(error: unknown, answered: JsonRpcId | undefined): void {
    if (!isTransportError(error)) return;
    if (error.code === 'BACK_PRESSURE') this.#overflowed(answered !== undefined);
    else if (error.code === 'MESSAGE_TOO_BIG' || error.code === 'INVALID_MESSAGE') {
      if (answered !== undefined) this.#answer(unsendable(answered, error));
    }
  }

  #overflowed(somebodyWaits: boolean): void {
    overflowed(this, somebodyWaits, this.#deadlines, this.#settings);
  }

  #emit(event: Bare<ServerTransportEvent>): void {
    const { observer, clock } = this.#settings;
    if (observer === undefined) return;
    emit(observer, { ...event, at: clock.now(), id: this.id } as ServerTransportEvent);
  }
}

const notStartable = (code: 'ALREADY_STARTED' | 'CLOSED', message: string): TransportError =>
  new TransportError(code, message, { delivery: 'not-sent' });
