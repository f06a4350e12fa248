import { createMcpClient } from '@x/preset';
import type { Variant, VariantContext } from '../../src/define.js';
import { clientInfo, loop } from './stack-loop.js';

/** The whole stack: guard, pool, retry with breaker and budget, metrics, all on. */
export default async function setup({ url, params }: VariantContext): Promise<Variant> {
  const endpoint = String(url);
  const client = createMcpClient({
    security: 'development',
    metrics: true,
    clientInfo,
    session: params.session === 'sdk' ? 'sdk' : 'auto',
  });
  const call = () => client.callTool(endpoint, 'echo');
  await call();
  return {
    run: (ops) => loop(ops, Number(params.inFlight), call),
    close: () => client.close(),
  };
}
