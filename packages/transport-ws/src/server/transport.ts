import type { IncomingMessage } from 'node:http';
import { checkOptions, durationMs, object, type Rule } from '../check.js';
import { isSendable } from '../close-codes.js';
import { ConfigError } from '../errors.js';
import type { JsonRpcMessage } from '../ports.js';
import { type AcceptedSocket, checkSocket } from './accepted-socket.js';
import { type AuthInfo, authInfoRule } from './auth.js';
import { Connection, type ServerConnectionClosed } from './connection.js';
import { type MessageExtra, messageExtra, type Upgrade, upgradeOf } from './message-extra.js';
import { type ConnectionOptions, connectionRules, connectionSettings } from './options.js';
import { Prepared } from './prepared.js';

export interface WebSocketServerTransportOptions extends ConnectionOptions {
  /** The upgrade request: handed on with each message, and its socket lets frames leave together. */
  readonly request?: IncomingMessage;
  /** Who is calling; handed on with each message. */
  readonly authInfo?: AuthInfo;
}

const rules: Record<keyof WebSocketServerTransportOptions, Rule> = {
  ...connectionRules,
  request: object,
  authInfo: authInfoRule,
};

function prepare(options: WebSocketServerTransportOptions): Prepared {
  if (options instanceof Prepared) return options;
  checkOptions(options, rules);
  const { request, authInfo, ...rest } = options;
  return new Prepared(connectionSettings(rest), request, authInfo);
}

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

  readonly #connection: Connection;
  readonly #upgrade: Upgrade | undefined;
  readonly #authInfo: AuthInfo | undefined;
  #extra: MessageExtra | undefined;

  /**
   * @throws ConfigError
   * @throws TransportError `CLOSED` if the socket is no longer open
   */
  constructor(socket: AcceptedSocket, options: WebSocketServerTransportOptions = {}) {
    const prepared = prepare(options);
    checkSocket(socket);
    this.#upgrade = prepared.request && upgradeOf(prepared.request);
    this.#authInfo = prepared.authInfo;
    this.#connection = new Connection(this, socket, prepared);
  }

  /** Pairs the events of this connection. */
  get id(): number {
    return this.#connection.id;
  }

  /** Resolves when the connection has ended. Never rejects. */
  get closed(): Promise<ServerConnectionClosed> {
    return this.#connection.closed;
  }

  /** What each message of this connection comes with. */
  get extra(): MessageExtra {
    this.#extra ??= messageExtra(this.#upgrade, this.#authInfo);
    return this.#extra;
  }

  /** Requests that came in and have no answer yet; without subscriptions and cancelled ones. */
  get inFlight(): number {
    return this.#connection.inFlight;
  }

  /** Bytes that were sent and are not yet in the hands of the kernel. */
  get bufferedAmount(): number {
    return this.#connection.bufferedAmount;
  }

  /** Begins to read. Once per transport. */
  async start(): Promise<void> {
    this.#connection.start(this.#authInfo);
  }

  /**
   * Sends one message. An answer that cannot be buffered ends the connection with 1013, because
   * its caller would wait for it in vain; any other message is dropped, and the promise rejects.
   * @throws TransportError with `delivery: "not-sent"`
   */
  send(message: object, _options?: object): Promise<void> {
    try {
      this.#connection.send(message as JsonRpcMessage);
      return SENT;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Ends the connection. Resolves when it has ended.
   * @param code - default 1000, and 1001 while it drains; without one, `ondrain` may call this to
   * say that it is done: what was sent is still delivered then
   * @param withinMs - when it is cut off, whatever the client has not read by then. Default: a
   * client that goes on reading is waited for
   * @throws ConfigError for a code that RFC 6455 keeps out of close frames
   */
  async close(code?: number, withinMs?: number): Promise<void> {
    const connection = this.#connection;
    if (code !== undefined && !isSendable(code)) {
      throw new ConfigError('code', `${code} cannot be sent as a close code`);
    }
    if (withinMs !== undefined && !durationMs.test(withinMs)) {
      throw new ConfigError('withinMs', `withinMs must be ${durationMs.expected}`);
    }
    if (code === undefined) connection.leave();
    else connection.close(code, connection.draining ? 'draining' : '');
    if (withinMs !== undefined) connection.endWithin(withinMs);
    await this.closed;
  }

  /**
   * Answers new requests -32010 `draining`, lets running ones end and their answers arrive within
   * `drainTimeoutMs`, then closes with 1001. Resolves when the connection has ended.
   */
  drain(): Promise<void> {
    return this.#connection.drain();
  }
}
