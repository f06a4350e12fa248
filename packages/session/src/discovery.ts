import { call } from './call.js';
import { isTimeoutError, ProtocolError } from './errors.js';
import type { Exchange } from './exchange.js';
import { isObject } from './json.js';
import type { JsonObject, SessionInfo } from './ports.js';
import { isResultOf } from './result-shapes.js';
import {
  isModern,
  isModernError,
  mutualVersion,
  supportedIn,
  UNSUPPORTED_VERSION,
} from './versions.js';

const SERVER_INFO = 'io.modelcontextprotocol/serverInfo';
const DISCOVER = 'server/discover';

/** What a session knows from an answer of `server/discover`. */
export function infoOf(discover: JsonObject, protocolVersion: string): SessionInfo {
  const { capabilities, instructions, _meta } = discover;
  const server = Object(_meta)[SERVER_INFO];
  const { name, version } = Object(server);
  return {
    era: 'modern',
    protocolVersion,
    capabilities: isObject(capabilities) ? capabilities : {},
    ...(typeof name === 'string' && typeof version === 'string' && { server }),
    ...(typeof instructions === 'string' && { instructions }),
    discover,
  };
}

/** The first version of ours that a discovered server speaks. */
export function versionOf(discover: JsonObject, versions: readonly string[]): string | undefined {
  const { supportedVersions } = discover;
  return isResultOf(DISCOVER, discover) && Array.isArray(supportedVersions)
    ? mutualVersion(supportedVersions, versions)
    : undefined;
}

/**
 * Asks the server what it speaks.
 *
 * A server that refuses with an error of the modern era, or names modern versions only, is modern;
 * any other answer, and silence, is of the older era (2026-07-28, stdio, "Backward Compatibility").
 * @throws ProtocolError `LEGACY_SERVER` or `UNSUPPORTED_VERSION`; the server's own error if it is a
 * modern one; and whatever is no verdict: a lost connection, a refusal to be repeated later, an abort
 */
export async function discoverServer(exchange: Exchange): Promise<SessionInfo> {
  const { probeTimeoutMs: timeoutMs, protocolVersions, signal } = exchange.settings;
  const probe = () => call(exchange, DISCOVER, undefined, { signal, timeoutMs });
  let supported: readonly string[];
  let cause: unknown;
  try {
    const answer = await probe().catch((error) => {
      const other = mutualVersion(supportedIn(error), protocolVersions);
      if (!other) throw error;
      exchange.speak(other);
      return probe();
    });
    const version = versionOf(answer, protocolVersions);
    if (version) return infoOf(answer, version);
    supported = answer.supportedVersions as string[];
  } catch (error) {
    // The verdict of a refusal is the server's word, of silence ours.
    if (!isTimeoutError(error) && Object(error).delivery !== 'answered') throw error;
    supported = supportedIn(error);
    cause = error;
  }
  const { rpcCode } = Object(cause);
  // Where it speaks older versions too, its handshake is a way to talk.
  const isModernServer = supported.every(isModern) && (!!supported[0] || isModernError(rpcCode));
  // Another thing is wrong with the question than its version.
  if (isModernServer && rpcCode !== UNSUPPORTED_VERSION && cause) throw cause;
  const data = { supported };
  throw new ProtocolError(
    isModernServer ? 'UNSUPPORTED_VERSION' : 'LEGACY_SERVER',
    'the server speaks no version that this client speaks',
    isModernServer ? { data, rpcCode } : { data, reusable: !isTimeoutError(cause) },
    cause,
  );
}
