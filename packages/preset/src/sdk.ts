import type { Dial, SessionMaker } from '@x/client';

type Sdk = typeof import('@x/client/sdk');
type Settings = Parameters<Sdk['sdkSession']>[0];

/** Loaded when first needed: who meets modern servers over WebSocket only, never has the SDK. */
const load = (): Promise<Sdk> => import('@x/client/sdk');

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
