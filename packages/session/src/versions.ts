import { isStrings } from './json.js';

/** The first revision without handshake. Versions are ISO dates: later ones compare as greater. */
export const FIRST_MODERN_VERSION = '2026-07-28';

export const isModern = (version: string): boolean => version >= FIRST_MODERN_VERSION;

/** JSON-RPC code of `UnsupportedProtocolVersionError`. */
const UNSUPPORTED_VERSION = -32022;

/** The versions that an `UnsupportedProtocolVersionError` names; none if it is none. */
export function supportedIn(error: unknown): readonly string[] {
  const { rpcCode, data } = Object(error);
  const { supported } = Object(data);
  return rpcCode === UNSUPPORTED_VERSION && isStrings(supported) ? supported : [];
}

/** The first version of ours that is among theirs. */
export const mutualVersion = (
  theirs: readonly string[],
  ours: readonly string[],
): string | undefined => ours.find((version) => theirs.includes(version));
