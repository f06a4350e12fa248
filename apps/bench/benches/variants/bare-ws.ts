import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Variant, VariantContext } from '../../src/define.js';

/** JSON-RPC calls over one bare `ws` socket, `inFlight` of them at a time, with results of `bytes`. */
export default async function setup({ url, params }: VariantContext): Promise<Variant> {
  const inFlight = Number(params.inFlight);
  const target = params.bytes === undefined ? String(url) : `${url}?bytes=${params.bytes}`;
  const socket = new WebSocket(target, 'mcp', { perMessageDeflate: false });
  await once(socket, 'open');
  let onAnswer = () => {};
  socket.on('message', (data) => {
    JSON.parse(data.toString());
    onAnswer();
  });
  const call = (id: number) => {
    const request = { jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'echo' } };
    socket.send(JSON.stringify(request));
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
