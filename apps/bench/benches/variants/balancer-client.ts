import { createMcpClient } from '@x/preset';
import type { Variant, VariantContext } from '../../src/define.js';
import { clientInfo, loop } from './stack-loop.js';

/** 64 calls in flight on eight connections, to the service of so many servers. */
export default async function setup({ url, params }: VariantContext): Promise<Variant> {
  const ports = new URL(String(url)).searchParams.get('ports')?.split(',') ?? [];
  const endpoint = `ws://127.0.0.1:${ports[Number(params.service)]}/mcp`;
  const client = createMcpClient({
    security: 'development',
    clientInfo,
    pool: { maxConnections: 8, maxConcurrency: 8 },
  });
  const call = () => client.callTool(endpoint, 'echo');
  await call();
  return {
    run: (ops) => loop(ops, 64, call),
    close: () => client.close(),
  };
}
