import { ConfigError } from '../errors.js';

type Sdk = typeof import('@modelcontextprotocol/client');

let sdk: Sdk | undefined;

/**
 * The official SDK's client, loaded when it is first needed. It is an optional peer, and only an
 * import like this one lets a bundler go on where it is not installed.
 *
 * @throws ConfigError if it cannot be loaded
 */
export async function loadSdk(): Promise<Sdk> {
  try {
    sdk ??= await import('@modelcontextprotocol/client');
    return sdk;
  } catch (cause) {
    const missing =
      'servers of before 2026-07-28 and http endpoints need the official SDK: ' +
      'npm install @modelcontextprotocol/client';
    throw new ConfigError('session', missing, { cause });
  }
}

/** The SDK, if it was loaded: what it has thrown, it was loaded for. */
export const loadedSdk = (): Sdk | undefined => sdk;
