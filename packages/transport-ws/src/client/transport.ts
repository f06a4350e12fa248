import { Channel, type ChannelHost } from '../channel.js';
import { ALL_ANSWERED, closeRule, isExpected, limitReason } from '../close-codes.js';
import { ConnectionError, isTransportError, TransportError } from '../errors.js';
import { type ClientTransportEvent, nextConnectionId } from '../events.js';
import { maskUrl } from '../mask.js';
import type { MalformedMessage } from '../message.js';
import { emit, type JsonRpcMessage } from '../ports.js';
import { unlessAborted } from './abort.js';
import { dialTimedOut } from './dial-errors.js';
import { checkHeaders, headersOfDial } from './headers.js';
import {
  type ClientSettings,
  readOptions,
  type WebSocketClientTransportOptions,
} from './options.js';
import type { Dial, Runtime } from './runtime.js';
import { readUrl, refuseSecrets } from './url.js';
import { askGuard, type Verdict } from './verdict.js';

/** Why a connection ended, and what that means for the next one. */
export interface ConnectionClosed {
  /** WebSocket close code; 1006 when the connection was cut or never opened. */
  readonly code: number;
  /** What the peer said, or why this side gave up. */
  readonly reason: string;
  /** Whether dialling again makes sense. */
  readonly redial: boolean;
  /** Do not dial before so many milliseconds have passed. */
  readonly retryAfterMs?: number;
  /** The server vouches that nothing has run that it did not answer. */
  readonly delivery?: 'not-sent';
  /** What went wrong; absent where the connection ended as it should. */
  readonly error?: Error;
}

type Bare<E> = E extends unknown ? Omit<E, 'at' | 'id' | 'url'> : never;

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
      this.#transport.#count('ws.message.sent', bytes);
    }

    onReceived(bytes: number): void {
      this.#transport.#count('ws.message.received', bytes);
    }

    onRoundTrip(rttMs: number): void {
      this.#transport.#emit({ type: 'ws.ping', rttMs });
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
  readonly #id = nextConnectionId();
  /** The URL as events show it; made for the first one. */
  #label: string | undefined;
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
    this.#runtime = runtime;
    const parsed = readUrl(url);
    this.#url = String(url);
    // With a guard, its verdict comes first: it has reason codes of its own for these.
    if (this.#settings.guard === undefined) refuseSecrets(parsed);
    if (typeof this.#settings.headers === 'object') checkHeaders(this.#settings.headers);
    this.#channel = new Channel(
      this.#settings,
      this.#settings.observer === undefined
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
    return this.#start();
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

  async #start(): Promise<void> {
    const { clock, handshakeTimeoutMs, signal } = this.#settings;
    const startedAt = clock.now();
    this.#emit({ type: 'ws.dial' });
    const abort = new AbortController();
    this.#dialAbort = abort;
    const timer = clock.setTimeout(
      () => abort.abort(dialTimedOut(readUrl(this.#url), handshakeTimeoutMs)),
      handshakeTimeoutMs,
    );
    const onSignal = (): void => abort.abort(signal?.reason);
    signal?.addEventListener('abort', onSignal, { once: true });
    if (signal?.aborted) onSignal();
    try {
      await this.#dial(startedAt, abort.signal);
    } catch (error) {
      this.#refused(error, startedAt, abort.signal);
      throw error;
    } finally {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', onSignal);
      this.#dialAbort = undefined;
    }
  }

  async #dial(startedAt: number, signal: AbortSignal): Promise<void> {
    const settings = this.#settings;
    signal.throwIfAborted();
    const { url, addresses }: Verdict =
      settings.guard === undefined
        ? { url: readUrl(this.#url) }
        : await unlessAborted(signal, askGuard(settings.guard, this.#url, signal));
    const dial: Dial = {
      url,
      subprotocols: settings.subprotocols,
      headers: await unlessAborted(signal, headersOfDial(settings.headers)),
      addresses,
      signal,
      settings,
      events: this.#channel,
      onOpen: (socket, subprotocol) => {
        this.#state = 'open';
        this.#openedAt = settings.clock.now();
        this.#channel.attach(socket);
        this.#emit({
          type: 'ws.open',
          durationMs: this.#openedAt - startedAt,
          protocol: knownProtocol(subprotocol),
        });
      },
    };
    try {
      await this.#open(dial);
    } catch (error) {
      const again = settings.subprotocolFallback && dial.subprotocols.length > 0;
      if (!again || !isSubprotocolRefusal(error)) throw error;
      await this.#open({ ...dial, subprotocols: [] });
    }
  }

  // The dial may have been called off between two steps, when nobody was listening.
  #open(dial: Dial): Promise<void> {
    dial.signal.throwIfAborted();
    return this.#runtime.dial(dial);
  }

  #refused(error: unknown, startedAt: number, { aborted }: AbortSignal): void {
    const { code, status, retryable, retryAfterMs } = (error ?? {}) as Partial<ConnectionError>;
    this.#emit({
      type: 'ws.refused',
      durationMs: this.#settings.clock.now() - startedAt,
      error: typeof code === 'string' ? code : aborted ? 'ABORTED' : 'FAILED',
      ...(typeof status === 'number' && { status }),
    });
    this.#finish({
      code: 1006,
      reason: 'the connection could not be made',
      redial: retryable !== false,
      ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
      ...(error instanceof Error && { error }),
    });
  }

  #trouble(error: Error): void {
    const { code } = error as Partial<TransportError>;
    this.#emit({ type: 'ws.error', error: typeof code === 'string' ? code : 'HANDLER' });
    report(this.onerror, error);
  }

  #ended(code: number, reason: string): void {
    const rule = closeRule(code, this.#settings.closeCodes);
    const { redial, retryAfterMs } = rule;
    const said = limitReason(reason);
    const error = isExpected(code) ? undefined : this.#lost(code, said, rule);
    this.#emit({
      type: 'ws.closed',
      code,
      redial,
      durationMs: this.#settings.clock.now() - this.#openedAt,
    });
    if (error !== undefined) this.#trouble(error);
    this.#finish({
      code,
      reason: said,
      redial,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(code === 1001 && reason === ALL_ANSWERED && { delivery: 'not-sent' }),
      ...(error !== undefined && { error }),
    });
  }

  #lost(
    closeCode: number,
    reason: string,
    { redial, retryAfterMs }: { redial: boolean; retryAfterMs?: number },
  ): ConnectionError {
    const why = reason === '' ? '' : `: ${reason}`;
    return new ConnectionError(
      'CONNECTION_LOST',
      `the connection to ${maskUrl(this.#url)} was lost with code ${closeCode}${why}`,
      {
        closeCode,
        delivery: 'unknown',
        ...(!redial && { retryable: false }),
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      },
    );
  }

  #finish(closed: ConnectionClosed): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#outcome = closed;
    this.#resolveClosed?.(closed);
    try {
      this.onclose?.();
    } catch (error) {
      report(this.onerror, error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Does what `#emit` does, for what happens with every message: without a copy. */
  #count(type: 'ws.message.sent' | 'ws.message.received', bytes: number): void {
    const { observer, clock } = this.#settings;
    if (observer === undefined) return;
    this.#label ??= maskUrl(this.#url);
    emit(observer, { type, at: clock.now(), id: this.#id, url: this.#label, bytes });
  }

  #emit(event: Bare<ClientTransportEvent>): void {
    const { observer, clock } = this.#settings;
    if (observer === undefined) return;
    this.#label ??= maskUrl(this.#url);
    const at = clock.now();
    emit(observer, { ...event, at, id: this.#id, url: this.#label } as ClientTransportEvent);
  }
}

const isSubprotocolRefusal = (error: unknown): boolean =>
  isTransportError(error) && error.code === 'SUBPROTOCOL';

/** Some servers echo a subprotocol that carries a token; events must not. */
const knownProtocol = (subprotocol: string): string =>
  subprotocol.startsWith('mcp.auth.') ? 'mcp.auth.…' : subprotocol;

/** Calls a user's callback, whose own failure must not break the connection. */
function report(callback: ((error: Error) => void) | undefined, error: Error): void {
  try {
    callback?.(error);
  } catch {
    // There is nobody left to tell.
  }
}
