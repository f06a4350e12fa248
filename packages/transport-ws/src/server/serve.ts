import type { IncomingMessage, Server } from 'node:http';
import { constants } from 'node:os';
import {
  boolean,
  checkOptions,
  object,
  port as portRule,
  positiveCount,
  type Rule,
  text,
  withDefaults,
} from '../check.js';
import { ConfigError } from '../errors.js';
import { attachWebSocket, type WebSocketAttachment } from './attach.js';
import { type AttachWebSocketOptions, attachRules } from './attach-options.js';
import type { AuthInfo } from './auth.js';
import { type ConnectableServer, injectExtra } from './inject-extra.js';
import { dialable, httpServerFor, listen, type TlsOptions } from './listen.js';
import { answerPlain } from './plain-http.js';
import { report } from './report.js';
import type { WebSocketServerTransport } from './transport.js';

/** What a factory is told about the connection that it makes a server for. */
export interface ServerContext {
  /** `modern` speaks 2026-07-28, `legacy` what came before. */
  readonly era: 'modern' | 'legacy';
  /** What `authenticate` returned. */
  readonly authInfo?: AuthInfo;
  /** The upgrade request. */
  readonly request: IncomingMessage;
}

/** Makes the server of one connection; each connection needs one of its own. */
export type ServerFactory = (
  context: ServerContext,
) => ConnectableServer | Promise<ConnectableServer>;

export interface ServeWebSocketOptions extends AttachWebSocketOptions {
  /** The address to bind to. @default '127.0.0.1' */
  readonly host?: string;
  /** The port to bind to; 0 is any free one. @default 0 */
  readonly port?: number;
  /** Makes it `wss:`: what `https.createServer` takes, `cert` and `key` at least. */
  readonly tls?: TlsOptions;
  /** Serve clients of before 2026-07-28 too. @default true */
  readonly legacy?: boolean;
  /** Open `subscriptions/listen` per connection. @default 1024 */
  readonly maxSubscriptions?: number;
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
  host: '127.0.0.1',
  port: 0,
  path: '/mcp',
  legacy: true,
  maxSubscriptions: 1024,
  drainSignals: [],
} satisfies ServeWebSocketOptions;

const UNCATCHABLE = new Set(['SIGKILL', 'SIGSTOP']);

export const serveRules: Record<keyof ServeWebSocketOptions, Rule> = {
  ...attachRules,
  host: text,
  port: portRule,
  tls: object,
  legacy: boolean,
  maxSubscriptions: positiveCount,
  drainSignals: {
    expected: 'an array of names of signals that can be caught, such as "SIGTERM"',
    test: (value) =>
      Array.isArray(value) &&
      value.every((name) => Object.hasOwn(constants.signals, name) && !UNCATCHABLE.has(name)),
  },
};

/** The SDK's way to serve both eras over one connection. */
type ServeConnection = typeof import('@modelcontextprotocol/server/stdio').serveStdio;

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
  if (typeof factory !== 'function') {
    throw new ConfigError('factory', 'factory must be a function that makes a server');
  }
  const settings = withDefaults(serveDefaults, options);
  const { host, port, tls, legacy, maxSubscriptions, drainSignals, ...attach } = settings;
  const { path, onerror } = attach;
  const serveConnection = await loadSdk();
  const httpServer = httpServerFor(tls);
  const serve = (
    transport: WebSocketServerTransport,
    { request, authInfo }: { request: IncomingMessage; authInfo?: AuthInfo },
  ): void => {
    const handle = serveConnection(
      async ({ era }) => {
        const server = await factory({ era, request, ...(authInfo && { authInfo }) });
        injectExtra(server, transport.extra);
        return server as never;
      },
      {
        transport: transport as never,
        legacy: legacy ? 'serve' : 'reject',
        maxSubscriptions,
        ...(onerror && { onerror }),
      },
    );
    transport.ondrain = () => handle.close();
  };
  const attachment = attachWebSocket(httpServer, attach, serve);
  httpServer.on('request', (request, response) =>
    answerPlain(request, response, { path, draining: attachment.draining }),
  );
  const bound = await listen(httpServer, port, host);
  // Too many open files, for example: nothing that should end the process.
  httpServer.on('error', (error) => report(onerror, error));
  const url = `${tls === undefined ? 'ws' : 'wss'}://${dialable(host)}:${bound}${path}`;
  return new Handle(httpServer, attachment, { url, port: bound, drainSignals });
}

class Handle implements WebSocketServerHandle {
  readonly url: string;
  readonly port: number;
  readonly #httpServer: Server;
  readonly #attachment: WebSocketAttachment;
  readonly #signals: readonly NodeJS.Signals[];
  readonly #onSignal = (): void => void this.drain().then(() => this.close());
  #closed: Promise<void> | undefined;

  constructor(
    httpServer: Server,
    attachment: WebSocketAttachment,
    { url, port, drainSignals }: { url: string; port: number; drainSignals: NodeJS.Signals[] },
  ) {
    this.#httpServer = httpServer;
    this.#attachment = attachment;
    this.url = url;
    this.port = port;
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

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    for (const signal of this.#signals) process.off(signal, this.#onSignal);
    const stopped = new Promise<void>((resolve) => this.#httpServer.close(() => resolve()));
    await this.#attachment.close();
    this.#httpServer.closeAllConnections();
    await stopped;
  }
}

async function loadSdk(): Promise<ServeConnection> {
  try {
    return (await import('@modelcontextprotocol/server/stdio')).serveStdio;
  } catch (cause) {
    throw new ConfigError(
      'factory',
      'serveWebSocket needs the package @modelcontextprotocol/server, which cannot be loaded: npm install @modelcontextprotocol/server',
      cause,
    );
  }
}
