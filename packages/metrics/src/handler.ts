import { refuseUnknownKeys } from './errors.js';
import { CONTENT_TYPES, checkExposition, type Format, toPrometheus } from './exposition.js';
import type { Attributes } from './ports.js';
import type { Readable } from './snapshot.js';

export interface ScrapeOptions {
  /**
   * Labels for every series; a series' own label wins.
   * @default {}
   */
  readonly labels?: Attributes;
}

/** What is read of a request: Node's `IncomingMessage` fits. */
export interface ScrapeRequest {
  readonly method?: string | undefined;
  readonly headers: { readonly accept?: string | undefined };
}

/** What is done to a response: Node's `ServerResponse` fits. */
export interface ScrapeResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body?: string): unknown;
}

/**
 * Answers a scrape in the format that its `Accept` header prefers; for servers that speak
 * `Request` and `Response`.
 *
 * @throws ConfigError for a wrong option.
 */
export function scrape(
  metrics: Readable,
  accept: string | null | undefined,
  options: ScrapeOptions = {},
): { readonly contentType: string; readonly body: string } {
  refuseUnknownKeys('scrape', options, ['labels']);
  const format = preferredFormat(accept ?? '');
  return {
    contentType: CONTENT_TYPES[format],
    body: toPrometheus(metrics, { ...options, format }),
  };
}

/**
 * A request listener for Node's `http`, Express and the like, to be mounted at `/metrics`: GET and
 * HEAD, OpenMetrics where the scraper prefers it. It checks neither path nor caller.
 *
 * @throws ConfigError for a wrong option.
 */
export function handler(
  metrics: Readable,
  options: ScrapeOptions = {},
): (request: ScrapeRequest, response: ScrapeResponse) => void {
  refuseUnknownKeys('handler', options, ['labels']);
  checkExposition(options);
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.statusCode = 405;
      response.setHeader('allow', 'GET, HEAD');
      response.end();
      return;
    }
    try {
      const { contentType, body } = scrape(metrics, request.headers.accept, options);
      response.statusCode = 200;
      response.setHeader('content-type', contentType);
      response.setHeader('vary', 'accept');
      response.end(request.method === 'HEAD' ? undefined : body);
    } catch {
      // Only a `Readable` of the user's own can throw; what it says may not be for the scraper.
      response.statusCode = 500;
      response.end();
    }
  };
}

/** OpenMetrics if it is asked for by name and not less than plain text. */
function preferredFormat(accept: string): Format {
  let open = 0;
  let named: number | undefined;
  let any: number | undefined;
  for (const range of accept.toLowerCase().split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim());
    const parameter = (name: string) =>
      parameters.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
    const given = Number(parameter('q') ?? 1);
    const quality = given >= 0 && given <= 1 ? given : 0;
    const version = parameter('version');
    if (type === 'application/openmetrics-text' && (version ?? '1.0.0') === '1.0.0') {
      open = Math.max(open, quality);
    } else if (type === 'text/plain') named = Math.max(named ?? 0, quality);
    else if (type === '*/*' || type === 'text/*') any = Math.max(any ?? 0, quality);
  }
  return open > 0 && open >= (named ?? any ?? 0) ? 'openmetrics' : 'prometheus';
}
