import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Variant, VariantContext } from '../../src/define.js';
import { clientInfo } from './stack-loop.js';

/** The same messages, with nothing around them: no promise, no map, no deadline. */
export default async function setup({ url, params }: VariantContext): Promise<Variant> {
  const inFlight = Number(params.inFlight);
  const socket = new WebSocket(String(url), 'mcp', { perMessageDeflate: false });
  await once(socket, 'open');
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  let onAnswer = () => {};
  socket.on('message', (data) => {
    JSON.parse(data.toString());
    onAnswer();
  });
  const call = (id: number) => {
    const params = { name: 'echo', arguments: {}, _meta };
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params }));
  };
  return {
    run: (ops) =>
      new Promise((resolve) => {
        let sent = 0;
        let answered = 0;
        onAnswer = () => {
          answered += 1;
          if (answered === ops) resolve();
          else if (sent < ops) call(sent++);
        };
        while (sent < Math.min(inFlight, ops)) call(sent++);
      }),
    close: () => socket.terminate(),
  };
}
