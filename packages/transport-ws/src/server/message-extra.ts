import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { AuthInfo } from './auth.js';

/** What comes with each message of a connection, in the official SDK's shapes. */
export interface MessageExtra {
  /** What `authenticate` returned at the upgrade. */
  readonly authInfo?: AuthInfo;
  /** The upgrade request, as SDK v1 wants it, less the headers of the handshake itself. */
  readonly requestInfo?: {
    readonly headers: Record<string, string | string[] | undefined>;
    readonly url?: URL;
  };
  /** The upgrade request, as SDK v2 wants it. */
  readonly request?: Request;
}

/** What is kept of an upgrade request, which is large itself. */
export interface Upgrade {
  readonly headers: IncomingHttpHeaders;
  readonly url: string;
  readonly secure: boolean;
}

/** Without the headers of the handshake itself: they say nothing of the caller, and idle connections are many. */
export function upgradeOf({ headers, url = '/', socket }: IncomingMessage): Upgrade {
  const kept: IncomingHttpHeaders = {};
  for (const name in headers) if (!HANDSHAKE.test(name)) kept[name] = headers[name];
  return { headers: kept, url, secure: 'encrypted' in socket };
}

const HANDSHAKE = /^(connection|upgrade|sec-websocket-(key|version|extensions|protocol))$/;

/** The upgrade as the SDKs want to see it with each message. */
export function messageExtra(
  upgrade: Upgrade | undefined,
  authInfo: AuthInfo | undefined,
): MessageExtra {
  if (upgrade === undefined) return authInfo === undefined ? {} : { authInfo };
  const url = upgradeUrl(upgrade);
  return {
    ...(authInfo !== undefined && { authInfo }),
    requestInfo: { headers: upgrade.headers, ...(url !== undefined && { url }) },
    ...(url !== undefined && { request: new Request(url, { headers: headersOf(upgrade) }) }),
  };
}

function upgradeUrl({ headers, url, secure }: Upgrade): URL | undefined {
  try {
    const parsed = new URL(url, `${secure ? 'https' : 'http'}://${headers.host ?? 'localhost'}`);
    // A Request cannot be made of one that has them, and no handler needs them.
    parsed.username = '';
    parsed.password = '';
    return parsed;
  } catch {
    return undefined;
  }
}

function headersOf({ headers }: Upgrade): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map((one): [string, string] => [name, one]),
  );
}
