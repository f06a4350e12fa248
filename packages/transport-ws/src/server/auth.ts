import type { IncomingMessage } from 'node:http';

/** Who is calling, in the official SDK's shape (v1 and v2). */
export interface AuthInfo {
  token: string;
  clientId: string;
  scopes: string[];
  /** Seconds since 1970. The connection ends with 1008 when it has passed. */
  expiresAt?: number;
  resource?: URL;
  extra?: Record<string, unknown>;
}

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

/** Decides at the upgrade who is calling; a Response refuses, with its status, headers and text. */
export type Authenticate = (
  request: IncomingMessage,
) => AuthInfo | Response | Promise<AuthInfo | Response>;

/** Whether a token's time is over. */
export const hasExpired = (authInfo: AuthInfo | undefined): boolean =>
  authInfo?.expiresAt !== undefined && authInfo.expiresAt * 1000 <= Date.now();

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
    return new URL(request.url ?? '/', `${scheme}://${request.headers.host ?? 'localhost'}`);
  } catch {
    return undefined;
  }
}

function headersOf(request: IncomingMessage): [string, string][] {
  return Object.entries(request.headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map((one): [string, string] => [name, one]),
  );
}
