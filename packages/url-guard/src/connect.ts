import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions as TlsOptions } from 'node:tls';
import { decidePlace } from './decide.js';
import type { GuardMethod } from './events.js';
import { lookupBy } from './lookup.js';
import { isWhole } from './option-rules.js';
import type { Pin } from './pin.js';
import type { Policy } from './policy.js';
import type { Clock } from './ports.js';
import { describePlace, parsePlace } from './target.js';

/** What `http`, `https`, `ws` and undici say of a connection that they want. TLS options are kept. */
export interface ConnectOptions
  extends Omit<
    TlsOptions,
    'host' | 'port' | 'path' | 'socket' | 'servername' | 'lookup' | 'timeout'
  > {
  readonly host?: string | null | undefined;
  /** Goes before `host`, which undici gives with the port. */
  readonly hostname?: string | null | undefined;
  readonly port?: number | string | null | undefined;
  /** `https:` or `wss:` makes it TLS. */
  readonly protocol?: string | null | undefined;
  /** The name that TLS verifies, if it is not the host's. */
  readonly servername?: string | null | undefined;
}

/** Called once: with a socket that is connected (over TLS: and verified), or with an error. */
export type ConnectCallback = (
  ...outcome: [error: null, socket: Socket] | [error: Error, socket: null]
) => void;

/** Opens a socket to where the guard allows. It is returned at once, and fails if it is refused. */
export interface Connect {
  (options: ConnectOptions, callback?: ConnectCallback): Socket;
  /** As Node types the callback of `createConnection`, which looks at no socket after an error. */
  (options: ConnectOptions, callback: (error: Error | null, socket: Socket) => void): Socket;
}

// Reserved never to exist, RFC 6761 section 6.4. What is no address goes through `lookup`.
const NOWHERE = 'refused.invalid';

/** What it takes to dial. */
export interface Dialling {
  readonly policy: Policy;
  readonly pin: Pin;
  /** How long a socket may take to connect. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Whom events shall name. */
  readonly method: GuardMethod;
}

export function guardedConnect(dialling: Dialling): Connect {
  return (options: ConnectOptions, callback?: unknown) => {
    const secure = isSecure(options);
    const socket = open(dialling, options, secure);
    const connected = secure ? 'secureConnect' : 'connect';
    endInTime(socket, connected, dialling);
    if (typeof callback === 'function') {
      const fail = (error: Error) => callback(error, null);
      socket.once('error', fail);
      socket.once(connected, () => {
        socket.off('error', fail);
        callback(null, socket);
      });
    }
    return socket;
  };
}

/** Neither Node nor undici's `Agent` ends a connection that is made for it and never answers. */
function endInTime(socket: Socket, connected: string, { timeoutMs, clock }: Dialling): void {
  const timer = clock.setTimeout(() => {
    const error = new Error(`not connected within ${timeoutMs} ms`);
    socket.destroy(Object.assign(error, { code: 'ETIMEDOUT' }));
  }, timeoutMs);
  for (const event of [connected, 'close']) socket.once(event, () => clock.clearTimeout(timer));
}

function open({ policy, pin, method }: Dialling, options: ConnectOptions, secure: boolean): Socket {
  // The last three stand for something that somebody else has opened.
  const { path, socketPath, socket: _, fd, handle, ...rest } = options as Record<string, unknown>;
  const hostname = options.hostname || options.host || 'localhost';
  const port = Number((options.port ?? '') === '' ? (secure ? 443 : 80) : options.port);
  const place = isWhole(port, 0, 65_535) ? parsePlace(hostname, port) : undefined;
  const reason = place ? decidePlace(policy, place, secure) : 'unparsable';
  const ipc = path || socketPath;
  const pinned = ipc
    ? pin({ method, place: undefined, shown: '"a UNIX socket"', reason: 'scheme' })
    : pin({ method, place, shown: describePlace(place, hostname), reason });
  const dialled =
    ipc || !place || (place.address && reason && !policy.reportOnly) ? NOWHERE : place.host;
  const target = { ...rest, host: dialled, port: place?.port ?? 0, lookup: lookupBy(() => pinned) };
  // Whoever dials a literal does not ask `lookup`, and may give up before it is asked.
  pinned.catch(() => {});
  if (!secure) return connectTcp(target);
  const servername = options.servername || (isIP(dialled) ? '' : dialled);
  return connectTls({ ...target, servername });
}

// A bare `createConnection` is told neither URL nor protocol: `https.request` leaves its agent, ws its port.
function isSecure(options: ConnectOptions): boolean {
  const { protocol, _defaultAgent, defaultPort } = options as ConnectOptions & {
    readonly _defaultAgent?: { readonly protocol?: string };
    readonly defaultPort?: number;
  };
  return (
    protocol === 'https:' ||
    protocol === 'wss:' ||
    (!protocol && (_defaultAgent?.protocol === 'https:' || defaultPort === 443))
  );
}
