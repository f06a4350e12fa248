import type { IncomingMessage } from 'node:http';
import {
  boolean,
  callback,
  checkOptions,
  positiveCount,
  type Rule,
  withDefaults,
} from '../check.js';
import { ConfigError } from '../errors.js';
import type { OnError } from '../report.js';
import type { OnTransport } from './attach.js';
import type { AuthInfo } from './auth.js';
import { type ConnectableServer, injectExtra } from './inject-extra.js';

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

export interface ServeTransportOptions {
  /** Serve clients of before 2026-07-28 too. @default true */
  readonly legacy?: boolean;
  /** Open `subscriptions/listen` per connection. @default 1024 */
  readonly maxSubscriptions?: number;
  /** Is told what the factory throws, and what else goes wrong outside any one request. */
  readonly onerror?: OnError;
}

export const serveTransportDefaults = {
  legacy: true,
  maxSubscriptions: 1024,
} satisfies ServeTransportOptions;

export const serveTransportRules: Record<keyof ServeTransportOptions, Rule> = {
  legacy: boolean,
  maxSubscriptions: positiveCount,
  onerror: callback,
};

/** The SDK's way to serve both eras over one connection. */
export type ServeConnection = typeof import('@modelcontextprotocol/server/stdio').serveStdio;

/**
 * For `attachWebSocket`: serves both eras over each connection with servers of the official SDK, as
 * `serveWebSocket` does. Needs the package `@modelcontextprotocol/server`: without it, each
 * connection ends with 1011, and the attachment's `onerror` is told.
 *
 * @throws ConfigError
 */
export function serveTransport(
  factory: ServerFactory,
  options: ServeTransportOptions = {},
): OnTransport {
  checkOptions(options, serveTransportRules);
  checkFactory(factory);
  const settings = withDefaults(serveTransportDefaults, options);
  const loading = loadSdk().then((serveConnection) => serving(serveConnection, factory, settings));
  // Whoever connects hears of it.
  loading.catch(() => {});
  return async (transport, context) => (await loading)(transport, context);
}

/** The same, once the SDK is there. */
export function serving(
  serveConnection: ServeConnection,
  factory: ServerFactory,
  { legacy, maxSubscriptions, onerror }: typeof serveTransportDefaults & ServeTransportOptions,
): OnTransport {
  return (transport, { request, authInfo }) => {
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
}

/** @throws ConfigError */
export function checkFactory(factory: unknown): void {
  if (typeof factory === 'function') return;
  throw new ConfigError('factory', 'factory must be a function that makes a server');
}

/** @throws ConfigError if it is not installed */
export async function loadSdk(): Promise<ServeConnection> {
  try {
    return (await import('@modelcontextprotocol/server/stdio')).serveStdio;
  } catch (cause) {
    throw new ConfigError(
      'factory',
      'the package @modelcontextprotocol/server is needed and cannot be loaded: npm install @modelcontextprotocol/server',
      cause,
    );
  }
}
