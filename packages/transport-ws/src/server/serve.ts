import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { isIPv6 } from 'node:net';
import {
  boolean,
  callback,
  checkOptions,
  object,
  port as portRule,
  positiveCount,
  type Rule,
  text,
  withDefaults,
} from '../check.js';
import { ConfigError, TransportError } from '../errors.js';
import { attachWebSocket, type WebSocketAttachment } from './attach.js';
import { type AttachWebSocketOptions, attachRules } from './attach-options.js';
import type { AuthInfo } from './auth.js';
import { isForPath } from './gate.js';
import { type ConnectableServer, injectExtra } from './inject-extra.js';
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
  readonly tls?: { readonly cert: string | Uint8Array; readonly key: string | Uint8Array } & object;
  /** Serve clients of before 2026-07-28 too. @default true */
  readonly legacy?: boolean;
  /** Open `subscriptions/listen` per connection. @default 1024 */
  readonly maxSubscriptions?: number;
  /** Drain and close when the process receives one of these, `SIGTERM` for example. @default [] */
  readonly drainSignals?: readonly NodeJS.Signals[];
  /** Is told what goes wrong outside any one request. */
  readonly onerror?: (error: Error) => void;
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

const defaults = {
  host: '127.0.0.1',
  port: 0,
  path: '/mcp',
  legacy: true,
  maxSubscriptions: 1024,
  drainSignals: [],
} satisfies ServeWebSocketOptions;

const rules: Record<keyof ServeWebSocketOptions, Rule> = {
  ...attachRules,
  host: text,
  port: portRule,
  tls: object,
  legacy: boolean,
  maxSubscriptions: positiveCount,
  drainSignals: {
    expected: 'an array of signal names such as "SIGTERM"',
    test: (value) =>
      Array.isArray(value) &&
      value.every((name) => typeof name === 'string' && /^SIG[A-Z0-9]+$/.test(name)),
  },
  onerror: callback,
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
  checkOptions(options, rules);
  if (typeof factory !== 'function') {
    throw new ConfigError('factory', 'factory must be a function that makes a server');
  }
  const settings = withDefaults(defaults, options);
  const { host, port, tls, legacy, maxSubscriptions, drainSignals, onerror, ...attach } = settings;
  const serveConnection = await loadSdk();
  const httpServer = tls === undefined ? createServer() : secureServer(tls);
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
    answerPlain(request, response, attach.path, attachment.draining),
  );
  await listen(httpServer, port, host);
  return new Handle(httpServer, attachment, {
    host,
    path: attach.path,
    secure: !!tls,
    drainSignals,
  });
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
    at: { host: string; path: string; secure: boolean; drainSignals: readonly NodeJS.Signals[] },
  ) {
    this.#httpServer = httpServer;
    this.#attachment = attachment;
    this.#signals = at.drainSignals;
    this.port = (httpServer.address() as { port: number }).port;
    this.url = `${at.secure ? 'wss' : 'ws'}://${dialable(at.host)}:${this.port}${at.path}`;
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

function secureServer(tls: NonNullable<ServeWebSocketOptions['tls']>): Server {
  try {
    return createSecureServer(tls as Parameters<typeof createSecureServer>[0]) as unknown as Server;
  } catch (cause) {
    throw new ConfigError('tls', 'tls must hold a certificate and its key in PEM', cause);
  }
}

function listen(httpServer: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    httpServer.once('error', (cause: Error & { code?: string }) => {
      const why = cause.code ?? cause.message;
      const message = `cannot listen on ${dialable(host)}:${port} (${why})`;
      reject(new TransportError('LISTEN_FAILED', message, { cause, retryable: false }));
    });
    httpServer.listen(port, host, () => {
      httpServer.removeAllListeners('error');
      resolve();
    });
  });
}

/** What does not ask for an upgrade. */
function answerPlain(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  draining: boolean,
): void {
  // Nobody needs the body; without this, it would keep the connection busy.
  request.resume();
  const answer = (status: number, text: string, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers });
    response.end(request.method === 'HEAD' ? undefined : `${text}\n`);
  };
  if (isForPath(request, '/health')) answer(200, 'ok');
  else if (isForPath(request, '/ready')) {
    if (draining) answer(503, 'draining');
    else answer(200, 'ready');
  } else if (isForPath(request, path)) {
    // RFC 9110, section 15.5.22.
    answer(426, 'this is a WebSocket endpoint', { Connection: 'Upgrade', Upgrade: 'websocket' });
  } else answer(404, 'not found');
}

/** An address as it stands in a URL; "any address" is not one that can be dialled. */
function dialable(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIPv6(host) ? `[${host}]` : host;
}
