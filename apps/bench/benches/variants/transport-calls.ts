import { Client } from '@modelcontextprotocol/client';
import { WebSocketClientTransport } from '@x/transport-ws';
import type { Variant, VariantContext } from '../../src/define.js';
import { bareTransport } from './bare-transport.js';

/** Tool calls of the SDK's client over our transport or over the bare one, `inFlight` at a time. */
export default async function setup({ url, params }: VariantContext): Promise<Variant> {
  const transport =
    params.transport === 'ours'
      ? new WebSocketClientTransport(String(url))
      : bareTransport(String(url));
  const client = new Client({ name: 'bench', version: '1.0.0' });
  await client.connect(transport);
  const call = { name: 'echo', arguments: { text: 'hello' } };
  return {
    async run(ops) {
      let left = ops;
      const caller = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          await client.callTool(call);
        }
      };
      await Promise.all(Array.from({ length: Number(params.inFlight) }, caller));
    },
    close: () => client.close(),
  };
}
