import { WebSocketClientTransport } from '@x/transport-ws';
import type { Variant, VariantContext } from '../../src/define.js';

/** Results of 1 MiB through our transport alone: no SDK, which would be most of what is measured. */
export default async function setup({ url }: VariantContext): Promise<Variant> {
  const transport = new WebSocketClientTransport(`${url}?bytes=1048576`);
  let onAnswer = () => {};
  transport.onmessage = () => onAnswer();
  await transport.start();
  return {
    async run(ops) {
      for (let id = 0; id < ops; id += 1) {
        const answered = new Promise<void>((resolve) => {
          onAnswer = resolve;
        });
        await transport.send({
          jsonrpc: '2.0',
          id,
          method: 'tools/call',
          params: { name: 'echo' },
        });
        await answered;
      }
    },
    close: () => transport.close(),
  };
}
