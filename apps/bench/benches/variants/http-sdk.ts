import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Variant, VariantContext } from '../../src/define.js';
import { clientInfo, loop } from './stack-loop.js';

/** The official SDK over its own Streamable HTTP. */
export default async function setup({ url, params }: VariantContext): Promise<Variant> {
  const client = new Client(clientInfo, { versionNegotiation: { mode: 'auto' } });
  const endpoint = new URL(String(url).replace(/^ws/, 'http'));
  await client.connect(new StreamableHTTPClientTransport(endpoint));
  const call = () => client.callTool({ name: 'echo', arguments: {} });
  await call();
  return {
    run: (ops) => loop(ops, Number(params.inFlight), call),
    close: () => client.close(),
  };
}
