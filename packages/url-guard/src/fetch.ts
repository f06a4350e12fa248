import type { Agent } from 'undici';
import type { Connect } from './connect.js';
import { ConfigError, isUnsafeUrlError } from './errors.js';
import type { Emit } from './events.js';
import { admit, examine, nameOf, report } from './inspect.js';
import type { Policy } from './policy.js';
import { bodyOf, type RequestBody } from './request-body.js';
import { platformResponse } from './response.js';

export type Fetch = typeof globalThis.fetch;

/** As many as the Fetch standard follows. */
const MAX_REDIRECTS = 20;
/** What another origin must not see. Fetch standard, "HTTP-redirect fetch", and cookies, which it leaves to browsers. */
const SECRETS = ['authorization', 'cookie', 'proxy-authorization', 'host'];
/** What describes a body, and goes with it. Fetch standard, "request-body-header name". */
const BODY_HEADERS = [
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
  'content-length',
];

type Undici = typeof import('undici');

/** A request as it leaves, and leaves again after a redirect. */
interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: RequestBody;
}

export function guardedFetch(policy: Policy, connect: Connect, emit: Emit | undefined): Fetch {
  let client: Promise<{ undici: Undici; agent: Agent }> | undefined;

  const judge = (url: string, from?: URL): URL => {
    const examined = examine(policy, url, from);
    // What passes is reported when it is dialled.
    if (emit && examined.reason) report(emit, policy, 'fetch', nameOf(examined), examined.reason);
    return admit(policy, examined).url;
  };

  return async (input, init) => {
    const url = judge(typeof input === 'object' && 'url' in input ? input.url : String(input));
    const request = new Request(input, init);
    client ??= start(connect);
    const { undici, agent } = await client;
    const send = ({ url, method, headers, body }: Hop) =>
      undici
        .fetch(url, {
          method,
          headers: [...headers],
          body,
          signal: request.signal,
          integrity: request.integrity,
          redirect: 'manual',
          duplex: 'half',
          dispatcher: agent,
        })
        .catch((error) => {
          throw isUnsafeUrlError(error?.cause) ? error.cause : error;
        });

    let hop: Hop = {
      url,
      method: request.method,
      headers: new Headers(request.headers),
      body: await bodyOf(request, init?.body),
    };
    for (let redirects = 0; ; redirects++) {
      const response = await send(hop);
      const { status, statusText } = response;
      const location = response.headers.get('location');
      const redirected = [301, 302, 303, 307, 308].includes(status) && location !== null;
      if (!redirected || request.redirect === 'manual') {
        return platformResponse(
          // The DOM's stream and Node's are one, but not to the type checker.
          response.body as ReadableStream | null,
          new Headers([...response.headers]),
          { url: hop.url.href.replace(/#.*/s, ''), redirected: redirects > 0, status, statusText },
          // The signal of a request follows the one of the request that it was made from.
          [response, request, input],
        );
      }
      await response.body?.cancel();
      if (request.redirect === 'error') throw new TypeError('redirected, against the request');
      if (redirects === MAX_REDIRECTS) {
        throw new TypeError(`redirected more than ${MAX_REDIRECTS} times`);
      }
      hop = follow(hop, status, judge(fromUtf8(location), hop.url));
    }
  };
}

/** undici is only loaded by those who fetch, and its sockets go where the guard allows. */
async function start(connect: Connect): Promise<{ undici: Undici; agent: Agent }> {
  const undici = await import('undici').catch((cause: unknown) => {
    throw new ConfigError('fetch', 'fetch needs undici: npm install undici', { cause });
  });
  const agent = new undici.Agent({
    // As undici's own sockets are.
    connect: (target, done) => connect(target, done).setKeepAlive(true, 60_000).setNoDelay(true),
  });
  return { undici, agent };
}

/** Headers are read as Latin-1, but a location is in UTF-8, as browsers read it. */
const fromUtf8 = (header: string): string => Buffer.from(header, 'latin1').toString();

/** What is sent to where a redirect leads. Fetch standard, "HTTP-redirect fetch". */
function follow(hop: Hop, status: number, url: URL): Hop {
  const headers = new Headers(hop.headers);
  if (url.origin !== hop.url.origin) for (const name of SECRETS) headers.delete(name);
  const becomesGet =
    status === 303
      ? hop.method !== 'GET' && hop.method !== 'HEAD'
      : status < 303 && hop.method === 'POST';
  if (becomesGet) {
    for (const name of BODY_HEADERS) headers.delete(name);
    return { url, method: 'GET', headers, body: null };
  }
  if (hop.body !== null && !(hop.body instanceof Uint8Array)) {
    throw new TypeError('redirected, and the body is a stream, which cannot be sent again');
  }
  return { ...hop, url, headers };
}
