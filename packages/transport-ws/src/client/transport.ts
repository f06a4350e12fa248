import { Channel, type ChannelHost } from '../channel.js';
import { TransportError } from '../errors.js';
import { guarded } from '../guarded.js';
import type { MalformedMessage } from '../message.js';
import type { JsonRpcMessage } from '../ports.js';
import { report } from '../report.js';
import type { Socket } from '../socket.js';
import { type ConnectionClosed, closedBy, refusedWith } from './closed.js';
import { dialWithin } from './dialling.js';
import {
  type ClientSettings,
  readOptions,
  type WebSocketClientTransportOptions,
} from './options.js';
import type { Runtime } from './runtime.js';
import { knownProtocol, Telling } from './telling.js';
import { readUrl, refuseSecrets } from './url.js';

const SENT = Promise.resolve();

/** The transport less the way its environment opens sockets. */
export class ClientTransport {
  /** What the channel tells us. A class, because closures of each transport's own weigh more. */
  static readonly #Host = class implements ChannelHost {
    readonly #transport: ClientTransport;

    constructor(transport: ClientTransport) {
      this.#transport = transport;
    }

    onMessage(message: JsonRpcMessage): void {
      this.#transport.onmessage?.(message);
    }

    onMalformed(fault: MalformedMessage): void {
      this.onTrouble(new TransportError('INVALID_MESSAGE', fault.message));
    }

    onTrouble(error: Error): void {
      this.#transport.#trouble(error);
    }

    onEnd(code: number, reason: string): void {
      this.#transport.#ended(code, reason);
    }
  };

  /** The same, where somebody wants to know about every message. */
  static readonly #ObservedHost = class implements ChannelHost {
    readonly #transport: ClientTransport;
    readonly #host: ChannelHost;

    constructor(transport: ClientTransport) {
      this.#transport = transport;
      this.#host = new ClientTransport.#Host(transport);
    }

    onMessage(message: JsonRpcMessage): void {
      this.#host.onMessage(message);
    }

    onMalformed(fault: MalformedMessage): void {
      this.#host.onMalformed(fault);
    }

    onTrouble(error: Error): void {
      this.#host.onTrouble(error);
    }

    onEnd(code: number, reason: string): void {
      this.#host.onEnd(code, reason);
    }

    onSent(bytes: number): void {
      this.#transport.#telling?.count('ws.message.sent', bytes);
    }

    onReceived(bytes: number): void {
      this.#transport.#telling?.count('ws.message.received', bytes);
    }

    onRoundTrip(rttMs: number): void {
      this.#transport.#telling?.emit({ type: 'ws.ping', rttMs });
    }
  };

  /** Called once, when the connection has ended or could not be made. */
  onclose?: (() => void) | undefined;
  /** Called with what goes wrong outside any one `send`. */
  onerror?: ((error: Error) => void) | undefined;
  /** Called with each message, in the order of arrival. */
  onmessage?: ((message: JsonRpcMessage) => void) | undefined;
  // A parsed URL weighs as much as a connection does here; it is parsed again where one is needed.
  readonly #url: string;
  readonly #settings: ClientSettings;
  readonly #runtime: Runtime;
  readonly #channel: Channel;
  readonly #telling: Telling | undefined;
  #state: 'new' | 'dialling' | 'open' | 'closed' = 'new';
  #openedAt = 0;
  #dialAbort: AbortController | undefined;
  #outcome: ConnectionClosed | undefined;
  // Made when somebody asks; most idle connections are never asked.
  #closed: Promise<ConnectionClosed> | undefined;
  #resolveClosed: ((closed: ConnectionClosed) => void) | undefined;

  /** @throws ConfigError */
  constructor(
    url: string | URL,
    options: WebSocketClientTransportOptions | undefined,
    runtime: Runtime,
  ) {
    this.#settings = readOptions(options, runtime.cannot);
    runtime.check?.(this.#settings);
    this.#runtime = runtime;
    const parsed = readUrl(url);
    this.#url = String(url);
    // With a guard, its verdict comes first: it has reason codes of its own for these.
    if (this.#settings.guard === undefined) refuseSecrets(parsed);
    const { observer, clock } = this.#settings;
    if (observer !== undefined) this.#telling = new Telling(observer, clock, this.#url);
    this.#channel = new Channel(
      this.#settings,
      observer === undefined
        ? new ClientTransport.#Host(this)
        : new ClientTransport.#ObservedHost(this),
    );
  }

  /** Resolves when the connection has ended, with the reason. Never rejects. */
  get closed(): Promise<ConnectionClosed> {
    this.#closed ??= new Promise((resolve) => {
      if (this.#outcome === undefined) this.#resolveClosed = resolve;
      else resolve(this.#outcome);
    });
    return this.#closed;
  }

  /** Bytes that were sent and are not yet in the hands of the kernel. */
  get bufferedAmount(): number {
    return this.#channel.bufferedAmount;
  }

  /**
   * Opens the connection; once per transport.
   * @throws ConnectionError if it cannot be made, with `status` and `retryAfterMs` of a refusal
   * @throws whatever the guard throws, or the signal's reason
   */
  start(): Promise<void> {
    if (this.#state !== 'new') {
      const [code, why] =
        this.#state === 'closed'
          ? (['CLOSED', 'the transport is closed; make a new one'] as const)
          : (['ALREADY_STARTED', 'start() was called before'] as const);
      return Promise.reject(new TransportError(code, why, { delivery: 'not-sent' }));
    }
    this.#state = 'dialling';
    return this.#dial(new AbortController());
  }

  /**
   * Sends one message. Resolves when it is in the hands of the kernel, or buffered under
   * `maxBufferedBytes`.
   * @throws TransportError with `delivery: "not-sent"`
   */
  send(message: object, _options?: object): Promise<void> {
    try {
      this.#channel.send(message as JsonRpcMessage);
      return SENT;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Ends the connection with 1000. Resolves when it has ended; calling it again changes nothing. */
  async close(): Promise<void> {
    if (this.#state === 'open') {
      this.#channel.close(1000, '');
    } else if (this.#state !== 'closed') {
      this.#dialAbort?.abort(
        new TransportError('CLOSED', 'close() was called before the connection was open', {
          delivery: 'not-sent',
        }),
      );
      this.#finish({ code: 1000, reason: '', redial: true });
    }
    await this.closed;
  }

  async #dial(abort: AbortController): Promise<void> {
    const startedAt = this.#settings.clock.now();
    // Before the first event, because an observer may close what is being dialled.
    this.#dialAbort = abort;
    this.#telling?.emit({ type: 'ws.dial' });
    try {
      await dialWithin(
        {
          url: this.#url,
          settings: this.#settings,
          runtime: this.#runtime,
          events: this.#channel,
          onOpen: (socket, subprotocol) => this.#opened(socket, subprotocol, startedAt),
        },
        abort,
      );
    } catch (error) {
      this.#refused(error, startedAt, abort.signal);
      throw error;
    } finally {
      this.#dialAbort = undefined;
    }
  }

  #opened(socket: Socket, subprotocol: string, startedAt: number): void {
    this.#state = 'open';
    this.#openedAt = this.#settings.clock.now();
    this.#channel.attach(socket);
    this.#telling?.emit({
      type: 'ws.open',
      durationMs: this.#openedAt - startedAt,
      protocol: knownProtocol(subprotocol),
    });
  }

  #refused(error: unknown, startedAt: number, { aborted }: AbortSignal): void {
    const { clock, signal } = this.#settings;
    const { code, status } = (error ?? {}) as { code?: unknown; status?: unknown };
    this.#telling?.emit({
      type: 'ws.refused',
      durationMs: clock.now() - startedAt,
      error: typeof code === 'string' ? code : aborted ? 'ABORTED' : 'FAILED',
      ...(typeof status === 'number' && { status }),
    });
    this.#finish(refusedWith(error, signal?.aborted === true && error === signal.reason));
  }

  #trouble(error: Error): void {
    const { code } = error as Partial<TransportError>;
    this.#telling?.emit({ type: 'ws.error', error: typeof code === 'string' ? code : 'HANDLER' });
    report(this.onerror, error);
  }

  #ended(code: number, reason: string): void {
    const { clock, closeCodes } = this.#settings;
    const closed = closedBy(code, reason, this.#url, closeCodes);
    const { redial, error } = closed;
    const durationMs = clock.now() - this.#openedAt;
    this.#telling?.emit({ type: 'ws.closed', code, redial, durationMs });
    if (error !== undefined) this.#trouble(error);
    this.#finish(closed);
  }

  #finish(closed: ConnectionClosed): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#outcome = closed;
    this.#resolveClosed?.(closed);
    guarded(
      () => this.onclose?.(),
      (error) => report(this.onerror, error),
    );
  }
}
