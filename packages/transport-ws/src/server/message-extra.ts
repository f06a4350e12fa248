import type { IncomingMessage } from 'node:http';
import type { AuthInfo } from './auth.js';

/** What comes with each message of a connection, in the official SDK's shapes. */
export interface MessageExtra {
  /** What `authenticate` returned at the upgrade. */
  readonly authInfo?: AuthInfo;
  /** The upgrade request, as SDK v1 wants it. */
  readonly requestInfo?: {
    readonly headers: Record<string, string | string[] | undefined>;
    readonly url?: URL;
  };
  /** The upgrade request, as SDK v2 wants it. */
  readonly request?: Request;
}

/** The upgrade as the SDKs want to see it with each message. */
export function messageExtra(
  request: IncomingMessage | undefined,
  authInfo: AuthInfo | undefined,
): MessageExtra {
  if (request === undefined) return authInfo === undefined ? {} : { authInfo };
  const url = requestUrl(request);
  return {
    ...(authInfo !== undefined && { authInfo }),
    requestInfo: { headers: request.headers, ...(url !== undefined && { url }) },
    ...(url !== undefined && { request: new Request(url, { headers: headersOf(request) }) }),
  };
}

function requestUrl(request: IncomingMessage): URL | undefined {
  const scheme = 'encrypted' in request.socket ? 'https' : 'http';
  try {
    const url = new URL(request.url ?? '/', `${scheme}://${request.headers.host ?? 'localhost'}`);
    // A Request cannot be made of one that has them, and no handler needs them.
    url.username = '';
    url.password = '';
    return url;
  } catch {
    return undefined;
  }
}

function headersOf(request: IncomingMessage): [string, string][] {
  return Object.entries(request.headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map((one): [string, string] => [name, one]),
  );
}
