import { createMcpClient, type PresetClient } from '@x/preset';
import type { Variant, VariantContext } from '../../src/define.js';
import { clientInfo } from './stack-loop.js';

/** A call that has to dial: from a client that never saw the server, or from one that knows it. */
export default async function setup({ url, params }: VariantContext): Promise<Variant> {
  const endpoint = String(url);
  const make = (pool = {}) => createMcpClient({ security: 'development', clientInfo, pool });
  // Every call of it has to dial, and what it knows of the server it keeps.
  const known = make({ keepAlive: false });
  await known.callTool(endpoint, 'echo');
  // Waiting for the close would be counted.
  const ending: Promise<void>[] = [];
  const call = async (client: PresetClient) => {
    await client.callTool(endpoint, 'echo');
    if (client !== known) ending.push(client.close());
  };
  return {
    async run(ops) {
      for (let left = ops; left > 0; left--) await call(params.known ? known : make());
    },
    async close() {
      await Promise.all(ending);
      await known.close();
    },
  };
}
