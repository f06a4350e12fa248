import type { Server } from 'node:http';
import { constants } from 'node:os';
import { checkOptions, object, port as portRule, type Rule, text, withDefaults } from '../check.js';
import { type OnError, report } from '../report.js';
import { attachWebSocket, type WebSocketAttachment } from './attach.js';
import { type AttachWebSocketOptions, attachDefaults, attachRules } from './attach-options.js';
import { dialable, httpServerFor, listen, type ServerTlsOptions } from './listen.js';
import { answerPlain } from './plain-http.js';
import { RawConnections } from './raw-connections.js';
import {
  checkFactory,
  loadSdk,
  type ServerFactory,
  type ServeTransportOptions,
  serveTransportDefaults,
  serveTransportRules,
  serving,
} from './serve-transport.js';

export interface ServeWebSocketOptions extends AttachWebSocketOptions, ServeTransportOptions {
  /** The address to bind to. @default '127.0.0.1' */
  readonly host?: string;
  /** The port to bind to; 0 is any free one. @default 0 */
  readonly port?: number;
  /** Makes it `wss:`: what `https.createServer` takes, `cert` and `key` at least. */
  readonly tls?: ServerTlsOptions;
  /** Is told what your functions throw, and what else goes wrong outside any one request. */
  readonly onerror?: OnError;
  /** Drain and close when the process receives one of these, `SIGTERM` for example. @default [] */
  readonly drainSignals?: readonly NodeJS.Signals[];
}

export interface WebSocketServerHandle {
  /** Where clients dial. */
  readonly url: string;
  readonly port: number;
  /** Connections that are open. */
  readonly connections: number;
  /**
   * Refuses new connections (503, `/ready` too), answers new requests -32010, lets running ones
   * end within `drainTimeoutMs`, closes with 1001. Resolves when all connections have ended.
   */
  drain(): Promise<void>;
  /** Ends all connections at once (1001) and stops to listen. Resolves when the port is free. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The defaults that the README's table states. */
export const serveDefaults = {
  ...serveTransportDefaults,
  host: '127.0.0.1',
  port: 0,
  path: attachDefaults.path,
  maxConnections: attachDefaults.maxConnections,
  drainSignals: [],
} satisfies ServeWebSocketOptions;

/** Node has it from 20.5 on. */
const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');

const UNCATCHABLE = new Set(['SIGKILL', 'SIGSTOP']);

export const serveRules: Record<keyof ServeWebSocketOptions, Rule> = {
  ...attachRules,
  ...serveTransportRules,
  host: text,
  port: portRule,
  tls: object,
  drainSignals: {
    expected: 'an array of names of signals that can be caught, such as "SIGTERM"',
    test: (value) =>
      Array.isArray(value) &&
      value.every((name) => Object.hasOwn(constants.signals, name) && !UNCATCHABLE.has(name)),
  },
};

/**
 * Listens, and serves MCP over WebSocket to both eras with servers of the official SDK. On the
 * same port: `/health` (200 while the process lives) and `/ready` (503 while draining).
 * Needs the package `@modelcontextprotocol/server`.
 *
 * @throws ConfigError for wrong options, and if the SDK is not installed
 * @throws TransportError `LISTEN_FAILED` if the port cannot be bound
 */
export async function serveWebSocket(
  factory: ServerFactory,
  options: ServeWebSocketOptions = {},
): Promise<WebSocketServerHandle> {
  checkOptions(options, serveRules);
  checkFactory(factory);
  const settings = withDefaults(serveDefaults, options);
  const { host, port, tls, legacy, maxSubscriptions, drainSignals, ...attach } = settings;
  const { path, maxConnections, onerror } = attach;
  const serve = serving(await loadSdk(), factory, settings);
  const httpServer = httpServerFor(tls, maxConnections);
  const raw = tls && new RawConnections(httpServer);
  const attachment = attachWebSocket(httpServer, attach, serve);
  httpServer.on('request', (request, response) =>
    answerPlain(request, response, { path, draining: attachment.draining }),
  );
  const bound = await listen(httpServer, port, host);
  // Too many open files, for example: nothing that should end the process.
  httpServer.on('error', (error) => report(onerror, error));
  const url = `${tls === undefined ? 'ws' : 'wss'}://${dialable(host)}:${bound}${path}`;
  return new Handle(httpServer, attachment, { url, port: bound, drainSignals, raw });
}

interface Listening {
  readonly url: string;
  readonly port: number;
  readonly drainSignals: readonly NodeJS.Signals[];
  readonly raw: RawConnections | undefined;
}

class Handle implements WebSocketServerHandle {
  readonly url: string;
  readonly port: number;
  readonly #httpServer: Server;
  readonly #attachment: WebSocketAttachment;
  readonly #raw: RawConnections | undefined;
  readonly #signals: readonly NodeJS.Signals[];
  readonly #onSignal = (): void => void this.drain().then(() => this.close());
  #closed: Promise<void> | undefined;

  constructor(
    httpServer: Server,
    attachment: WebSocketAttachment,
    { url, port, drainSignals, raw }: Listening,
  ) {
    this.#httpServer = httpServer;
    this.#attachment = attachment;
    this.url = url;
    this.port = port;
    this.#raw = raw;
    this.#signals = drainSignals;
    for (const signal of this.#signals) process.on(signal, this.#onSignal);
  }

  get connections(): number {
    return this.#attachment.connections;
  }

  drain(): Promise<void> {
    return this.#attachment.drain();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    for (const signal of this.#signals) process.off(signal, this.#onSignal);
    const stopped = new Promise<void>((resolve) => this.#httpServer.close(() => resolve()));
    await this.#attachment.close();
    this.#httpServer.closeAllConnections();
    this.#raw?.destroyAll();
    await stopped;
  }
}
