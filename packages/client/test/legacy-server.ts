import type { Clock, Session, SessionContext, Transport } from '../src/index.js';
import { sdkSession } from '../src/sdk.js';

export const clientInfo = { name: 'test', version: '1' };

interface Message {
  readonly id?: unknown;
  readonly method?: string;
}

/** A server of before 2026-07-28 that answers the handshake, and else only when it is told to. */
export function legacyServer() {
  const asked: string[] = [];
  const waiting: unknown[] = [];
  const say = (message: object) => transport.onmessage?.({ jsonrpc: '2.0', ...message });
  const transport: Transport = {
    async start() {},
    async send({ id, method }: Message) {
      if (method === 'initialize') {
        const capabilities = { resources: { subscribe: true } };
        const serverInfo = { name: 'old', version: '1' };
        say({ id, result: { protocolVersion: '2025-06-18', capabilities, serverInfo } });
      } else if (id !== undefined && method !== undefined) {
        asked.push(method);
        waiting.push(id);
      }
    },
    async close() {
      transport.onclose?.();
    },
  };
  return {
    transport,
    /** The requests so far, but for the handshake. */
    asked,
    answer: () => say({ id: waiting.shift(), result: {} }),
    notify: (method: string, params: object) => say({ method, params }),
  };
}

/** A session of the SDK with such a server. */
export function openLegacy(
  server: ReturnType<typeof legacyServer>,
  { clock, ...more }: Partial<SessionContext> & { readonly clock?: Clock } = {},
): Promise<Session> {
  return sdkSession({ clock })({
    url: 'memory://server/',
    key: 'k',
    signal: new AbortController().signal,
    clientInfo,
    prior: { kind: 'legacy' },
    connect: () => server.transport,
    ...more,
  });
}
