import { Client } from '@modelcontextprotocol/client';
import type { Variant, VariantContext } from '../../src/define.js';
import { clientInfo, loop, openSocket, thinTransport, tool } from './session-wire.js';

export default async function setup({ url, params }: VariantContext): Promise<Variant> {
  const client = new Client(clientInfo, { versionNegotiation: { mode: 'auto' } });
  await client.connect(thinTransport(await openSocket(url)));
  const call = () => client.callTool(tool);
  return {
    run: (ops) => loop(ops, Number(params.inFlight), call),
    close: () => client.close(),
  };
}
