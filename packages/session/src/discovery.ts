import { call } from './call.js';
import { isProtocolError, isTimeoutError, ProtocolError } from './errors.js';
import type { Exchange } from './exchange.js';
import { isObject } from './json.js';
import type { JsonObject, SessionInfo } from './ports.js';
import { isResultOf } from './result-shapes.js';
import { isModern, mutualVersion, supportedIn } from './versions.js';

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
 * A server that names a modern version in its refusal is modern, also if it is none of ours; any
 * other answer, and silence, is of the older era (2026-07-28, stdio, "Backward Compatibility").
 * @throws ProtocolError `LEGACY_SERVER` or `UNSUPPORTED_VERSION`, and whatever is no verdict: a lost
 * connection, a refusal to be repeated later, an abort
 */
export async function discoverServer(exchange: Exchange): Promise<SessionInfo> {
  const { probeTimeoutMs: timeoutMs, protocolVersions, signal } = exchange.settings;
  const probe = () => call(exchange, DISCOVER, undefined, { signal, timeoutMs });
  let supported: readonly string[] = [];
  let isModernOnly: boolean;
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
    // Where it speaks older versions too, its handshake is a way to talk.
    isModernOnly = supported.length > 0 && supported.every(isModern);
  } catch (error) {
    const { delivery } = Object(error);
    if (!isTimeoutError(error) && !(isProtocolError(error) && delivery === 'answered')) throw error;
    supported = supportedIn(error);
    isModernOnly = supported.some(isModern);
    cause = error;
  }
  const told = { data: { supported }, reusable: !isTimeoutError(cause) };
  throw isModernOnly
    ? new ProtocolError(
        'UNSUPPORTED_VERSION',
        'the server speaks none of our versions',
        told,
        cause,
      )
    : new ProtocolError('LEGACY_SERVER', 'the server wants a handshake', told, cause);
}
