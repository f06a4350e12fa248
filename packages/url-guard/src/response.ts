/**
 * What a body cannot do without. undici cancels the body of a response, and forgets the signal of a
 * request, as soon as these objects are garbage, while callers keep the body alone.
 */
const kept = new WeakMap<ReadableStream, unknown>();

/** What the constructor of the platform would not let a response say. */
interface Told {
  readonly url: string;
  readonly redirected: boolean;
  /** Servers answer with 999, too. */
  readonly status: number;
  readonly statusText: string;
}

/**
 * What another `fetch` answered, as a response of the platform, which callers test for with `instanceof`.
 * @param needs - what lives as long as the body does
 */
export function platformResponse(
  body: ReadableStream | null,
  headers: Headers,
  told: Told,
  needs: unknown,
): Response {
  if (body) kept.set(body, needs);
  const response = new Response(body, { headers });
  const clone = () => {
    const copy = Response.prototype.clone.call(response);
    // From here on, the body of either is its own branch of the stream.
    if (response.body) kept.set(response.body, response);
    return platformResponse(copy.body, copy.headers, told, copy);
  };
  const ok = told.status >= 200 && told.status <= 299;
  for (const [name, value] of Object.entries({ type: 'basic', ok, clone, ...told })) {
    Object.defineProperty(response, name, { value });
  }
  return response;
}
