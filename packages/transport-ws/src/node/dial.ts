import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ClientOptions, WebSocket as WsWebSocket } from 'ws';
import { dialFailed, subprotocolRefused, upgradeRefused } from '../client/dial-errors.js';
import type { HeaderRecord } from '../client/options.js';
import type { Dial } from '../client/runtime.js';
import { deflateOptions } from './deflate.js';
import { pinnedConnection } from './pinned.js';
import { WsSocket } from './socket.js';

type WsConstructor = new (url: URL, protocols: string[], options: ClientOptions) => WsWebSocket;

/** OpenSSL's and Node's names for a certificate, or a key, that will be as bad the next time. */
const BAD_CERTIFICATE =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|ERR_TLS_CERT|ERR_OSSL_)/;

/** `ws` has no code for it, and finds other faults of a handshake first. */
const ABOUT_SUBPROTOCOL = /^Server sent (a|an invalid|no) subprotocol/;

type DialError = Error & {
  readonly code?: string;
  readonly errors?: readonly Error[];
  rawPacket?: unknown;
};

/** Opens a connection with the `ws` package. */
export function dialWs(WebSocket: WsConstructor, dial: Dial, headers: HeaderRecord): Promise<void> {
  const { url, subprotocols, signal, events, onOpen } = dial;
  const options = wsOptions(dial, headers);
  return new Promise((resolve, reject) => {
    let ws: WsWebSocket;
    try {
      ws = new WebSocket(url, [...subprotocols], options);
    } catch (cause) {
      // An agent of the wrong kind, a key that is none: what the options' rules cannot see.
      reject(dialFailed(url, 'the options were refused', cause, false));
      return;
    }
    let raw: Duplex | undefined;

    const settle = (): void => signal.removeEventListener('abort', onAbort);
    const fail = (error: unknown): void => {
      settle();
      reject(error);
      ws.terminate();
    };
    const onAbort = (): void => fail(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });

    ws.once('upgrade', (response: IncomingMessage) => {
      raw = response.socket;
    });
    ws.once('unexpected-response', (request: ClientRequest, response: IncomingMessage) => {
      fail(upgradeRefused(url, response.statusCode ?? 0, response.headers['retry-after']));
      request.destroy();
    });
    // Terminating a connection that was never opened makes `ws` report an error of its own; the
    // listener stays for that.
    ws.on('error', (error: DialError) => {
      // What the peer sent in the place of HTTP, which may quote our headers.
      delete error.rawPacket;
      if (ABOUT_SUBPROTOCOL.test(error.message)) fail(subprotocolRefused(url, subprotocols));
      else fail(dialFailed(url, reasonOf(error), error, isPermanent(error)));
    });
    ws.once('open', () => {
      settle();
      ws.removeAllListeners();
      onOpen(new WsSocket(ws, raw, events), ws.protocol);
      resolve();
    });
    // An agent of the user's may have called the dial off while the socket was made.
    if (signal.aborted) onAbort();
  });
}

function wsOptions({ url, addresses, settings }: Dial, headers: HeaderRecord): ClientOptions {
  const { tls, agent, compression, maxMessageBytes } = settings;
  return {
    ...(tls as ClientOptions | undefined),
    headers: { ...headers },
    followRedirects: false,
    maxPayload: maxMessageBytes,
    perMessageDeflate: deflateOptions(compression),
    ...(agent !== undefined && { agent: agent as NonNullable<ClientOptions['agent']> }),
    ...(addresses !== undefined && {
      createConnection: pinnedConnection(addresses, url.protocol === 'wss:') as never,
    }),
  };
}

/** An AggregateError (one per address that was tried) has no message of its own. */
function reasonOf(error: DialError): string {
  return error.message || error.errors?.map(({ message }) => message).join('; ') || `${error.code}`;
}

const isPermanent = ({ code }: DialError): false | undefined =>
  code !== undefined && BAD_CERTIFICATE.test(code) ? false : undefined;
