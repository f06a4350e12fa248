import { Client } from '@modelcontextprotocol/client';
import { WebSocketClientTransport } from '@x/transport-ws';
import type { Variant, VariantContext } from '../../src/define.js';
import { clientInfo, loop } from './stack-loop.js';

/** The official SDK's client on our transport, and nothing around it. */
export default async function setup({ url, params }: VariantContext): Promise<Variant> {
  const client = new Client(clientInfo, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new WebSocketClientTransport(String(url)));
  const call = () => client.callTool({ name: 'echo', arguments: {} });
  await call();
  return {
    run: (ops) => loop(ops, Number(params.inFlight), call),
    close: () => client.close(),
  };
}
