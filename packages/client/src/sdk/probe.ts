import { isObject } from '../check.js';
import { ProtocolError } from '../errors.js';
import { isUnavailable, shapeOf, UNSUPPORTED_VERSION } from '../failure.js';
import type { Clock, JsonObject, SessionContext } from '../ports.js';
import type { Link } from './link.js';

/** The first revision without `initialize`. */
const MODERN = '2026-07-28';

/** Codes that only servers of that revision and later answer with. */
const MODERN_ERRORS = new Set<unknown>([UNSUPPORTED_VERSION, -32021, -32020]);

// A number, because some bridges cannot carry text; and one that no request after it will have.
const PROBE_ID = 2 ** 31 - 1;

/** What became of the question whether a server speaks 2026-07-28. */
export type Answer =
  | { readonly kind: 'modern'; readonly discover: JsonObject }
  | { readonly kind: 'legacy' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'refused'; readonly error: unknown };

/**
 * Asks with `server/discover`, as MCP's stdio page has it: a result or a modern error is a modern
 * server; any other error, and silence, an older one. A server that drains has not answered. The
 * session of `@x/session` has the same rules, and one test for both.
 */
export function probe(
  link: Link,
  { clientInfo, capabilities = {}, signal }: SessionContext,
  timeoutMs: number,
  clock: Clock,
): Promise<Answer> {
  const params = {
    _meta: {
      'io.modelcontextprotocol/protocolVersion': MODERN,
      'io.modelcontextprotocol/clientInfo': clientInfo,
      'io.modelcontextprotocol/clientCapabilities': capabilities,
    },
  };
  return new Promise((resolve, reject) => {
    const settle = (answer: Answer) => {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', leave);
      link.onmessage = undefined;
      link.onclose = undefined;
      resolve(answer);
    };
    const leave = () => {
      settle({ kind: 'closed' });
      reject(signal.reason);
    };
    const timer = clock.setTimeout(() => settle({ kind: 'silent' }), timeoutMs);
    signal.addEventListener('abort', leave);
    link.onclose = () => settle({ kind: 'closed' });
    link.onmessage = (message) => {
      if (message.id === PROBE_ID && message.method === undefined) settle(judge(message));
    };
    link
      .send({ jsonrpc: '2.0', id: PROBE_ID, method: 'server/discover', params })
      .catch((error) => settle(judgeSending(error)));
  });
}

function judge({ result, error }: { result?: unknown; error?: unknown }): Answer {
  if (isObject(result)) {
    const { supportedVersions, capabilities } = result;
    const versions = versionsIn(supportedVersions);
    if (!isObject(capabilities) || versions.length === 0) return { kind: 'legacy' };
    if (versions.includes(MODERN)) return { kind: 'modern', discover: result };
    if (versions.some(isLegacy)) return { kind: 'legacy' };
    const text = 'the server speaks no version that this client speaks';
    return refused(text, { data: { supported: versions } });
  }
  const { code, data, message } = isObject(error) ? error : {};
  const rpcCode = Number(code);
  const text = `server/discover was refused: ${String(message)}`;
  if (isUnavailable(code, data)) {
    const { retryAfterMs } = shapeOf(data);
    const told = typeof retryAfterMs === 'number' ? { retryAfterMs } : {};
    return refused(text, { rpcCode, data, delivery: 'not-sent', ...told });
  }
  const { supported } = isObject(data) ? data : {};
  // Where it speaks older versions too, its handshake is a way to talk.
  if (!MODERN_ERRORS.has(code) || versionsIn(supported).some(isLegacy)) return { kind: 'legacy' };
  return refused(text, { rpcCode, data });
}

const refused = (...about: ConstructorParameters<typeof ProtocolError>): Answer => ({
  kind: 'refused',
  error: new ProtocolError(...about),
});

const versionsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) && value.every((version) => typeof version === 'string') ? value : [];

/** Versions are dates: text order is their order. */
const isLegacy = (version: string): boolean => version < MODERN;

/** Over HTTP, an older server answers an unknown request with a status. */
function judgeSending(error: unknown): Answer {
  const { status } = shapeOf(shapeOf(error).data);
  const isUnknown = typeof status === 'number' && status >= 400 && status < 500;
  if (isUnknown && status !== 401 && status !== 403 && status !== 429) return { kind: 'legacy' };
  return { kind: 'refused', error };
}
