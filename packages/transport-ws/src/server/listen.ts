import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import { type AddressInfo, isIPv6 } from 'node:net';
import { ConfigError, TransportError } from '../errors.js';

/** What `https.createServer` takes, `cert` and `key` at least. */
export type TlsOptions = {
  readonly cert: string | Uint8Array;
  readonly key: string | Uint8Array;
} & object;

/** @throws ConfigError */
export function httpServerFor(tls: TlsOptions | undefined): Server {
  if (tls === undefined) return createServer();
  try {
    return createSecureServer(tls as ServerOptions) as unknown as Server;
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
      reject(new TransportError('LISTEN_FAILED', message, { cause, retryable: false }));
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
