import { call } from './call.js';
import { isTimeoutError, ProtocolError } from './errors.js';
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
    // Where it speaks older versions too, its handshake is a way to talk.
    const { supportedVersions } = answer as { supportedVersions: string[] };
    supported = supportedVersions.every(isModern) ? supportedVersions : [];
  } catch (error) {
    // The verdict of a refusal is the server's word, of silence ours.
    if (!isTimeoutError(error) && Object(error).delivery !== 'answered') throw error;
    supported = supportedIn(error);
    cause = error;
  }
  const isModernServer = supported.some(isModern);
  throw new ProtocolError(
    isModernServer ? 'UNSUPPORTED_VERSION' : 'LEGACY_SERVER',
    'the server speaks no version that this client speaks',
    { data: { supported }, reusable: isModernServer ? undefined : !isTimeoutError(cause) },
    cause,
  );
}
