import { isStrings } from './json.js';

/** The first revision without handshake. Versions are ISO dates: later ones compare as greater. */
export const FIRST_MODERN_VERSION = '2026-07-28';

export const isModern = (version: string): boolean => version >= FIRST_MODERN_VERSION;

/** JSON-RPC code of `UnsupportedProtocolVersionError`. */
export const UNSUPPORTED_VERSION = -32022;

/** Codes that only servers of that revision and later answer with. */
const MODERN_ERRORS: readonly unknown[] = [UNSUPPORTED_VERSION, -32021, -32020];

export const isModernError = (rpcCode: unknown): boolean => MODERN_ERRORS.includes(rpcCode);

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
