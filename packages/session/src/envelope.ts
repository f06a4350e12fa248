import type { CommonOptions, Settings } from './options.js';
import type { JsonObject, RequestOptions } from './ports.js';

const PREFIX = 'io.modelcontextprotocol/';

/** What every message says about its sender (2026-07-28, basic, "Per-request protocol fields"). */
export function envelopeOf(version: string, { clientInfo, capabilities }: Settings): JsonObject {
  return {
    [`${PREFIX}protocolVersion`]: version,
    [`${PREFIX}clientInfo`]: clientInfo,
    [`${PREFIX}clientCapabilities`]: capabilities,
  };
}

/** The `_meta` of one request. What the caller says wins, but for the progress token. */
export function metaOf(
  envelope: Readonly<JsonObject>,
  method: string,
  id: number,
  params: JsonObject | undefined,
  options: RequestOptions | undefined,
  { traceContext }: CommonOptions,
): JsonObject {
  const own = params?._meta;
  const { logLevel, onProgress, resetTimeoutOnProgress, meta } = options ?? {};
  const wantsProgress = onProgress || resetTimeoutOnProgress;
  // Most requests have nothing to add.
  if (!(wantsProgress || logLevel || meta || own || traceContext)) return envelope;
  let trace: JsonObject | undefined;
  try {
    trace = traceContext?.(method);
  } catch {
    // A request matters more than its trace.
  }
  return {
    ...envelope,
    ...(logLevel && { [`${PREFIX}logLevel`]: logLevel }),
    ...trace,
    ...meta,
    ...Object(own),
    ...(wantsProgress && { progressToken: id }),
  };
}
