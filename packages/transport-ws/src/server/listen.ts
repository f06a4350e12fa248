import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import { type AddressInfo, isIPv6 } from 'node:net';
import { ConfigError, TransportError } from '../errors.js';

/** What `https.createServer` takes, `cert` and `key` at least. */
export type ServerTlsOptions = {
  readonly cert: string | Uint8Array;
  readonly key: string | Uint8Array;
} & object;

/** A client that is in no hurry to say what it wants: TLS handshake and headers, each. */
const PATIENCE_MS = 10_000;

/** Places for health checks and for those who are refused, beside those of WebSockets. */
const MIN_SPARE_CONNECTIONS = 100;

/** @throws ConfigError */
export function httpServerFor(tls: ServerTlsOptions | undefined, maxConnections: number): Server {
  const patience = { headersTimeout: PATIENCE_MS, connectionsCheckingInterval: PATIENCE_MS / 2 };
  const httpServer = tls === undefined ? createServer(patience) : secureServer(tls, patience);
  // Nothing of ours sees a TCP connection that never asks for anything.
  httpServer.maxConnections =
    maxConnections + Math.max(MIN_SPARE_CONNECTIONS, Math.ceil(maxConnections / 10));
  return httpServer;
}

function secureServer(tls: ServerTlsOptions, patience: object): Server {
  try {
    const options = { ...patience, handshakeTimeout: PATIENCE_MS, ...tls } as ServerOptions;
    return createSecureServer(options) as unknown as Server;
  } catch (cause) {
    throw new ConfigError('tls', 'tls must hold a certificate and its key in PEM', cause);
  }
}

/** Resolves with the port. */
export function listen(httpServer: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error & { code?: string }): void => {
      const why = cause.code ?? cause.message;
      const message = `cannot listen on ${dialable(host)}:${port} (${why})`;
      reject(
        new TransportError('LISTEN_FAILED', message, {
          cause,
          delivery: 'not-sent',
          retryable: false,
        }),
      );
    };
    httpServer.once('error', failed);
    httpServer.listen(port, host, () => {
      httpServer.off('error', failed);
      resolve((httpServer.address() as AddressInfo).port);
    });
  });
}

/** An address as it stands in a URL; "any address" is not one that can be dialled. */
export function dialable(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIPv6(host) ? `[${host}]` : host;
}
