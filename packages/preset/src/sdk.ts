import { ConfigError, type Dial, type SessionMaker } from '@x/client';

type Sdk = typeof import('@x/client/sdk');
type Settings = Parameters<Sdk['sdkSession']>[0];

const MISSING = new Set<unknown>(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']);

/** Loaded when first needed: who meets modern servers over WebSocket only, never has the SDK. */
async function load(): Promise<Sdk> {
  try {
    return await import('@x/client/sdk');
  } catch (cause) {
    if (!MISSING.has((cause as { code?: unknown } | null)?.code)) throw cause;
    const missing =
      'servers of before 2026-07-28 and http endpoints need the official SDK: ' +
      'npm install @modelcontextprotocol/client';
    throw new ConfigError('session', missing, { cause });
  }
}

/** Sessions on the official SDK's client, of both eras. */
export function sdkSessions(settings: Settings): SessionMaker {
  let make: SessionMaker | undefined;
  return async (context) => {
    make ??= (await load()).sdkSession(settings);
    return make(context);
  };
}

/** The official SDK's Streamable HTTP. */
export function streamableHttp(fetch: typeof globalThis.fetch | undefined): Dial {
  return async (url, context) => {
    const sdk = await load();
    return sdk.streamableHttp({ ...(fetch && { fetch }) })(url, context);
  };
}
