import type { Variant, VariantContext } from '../../src/define.js';
import { clientInfo, openSocket, tool } from './session-wire.js';

/** The same messages as a session's, with nothing that a session does: no promise, no map, no deadline. */
export default async function setup({ url, params }: VariantContext): Promise<Variant> {
  const inFlight = Number(params.inFlight);
  const socket = await openSocket(url);
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
  const call = (id: number) =>
    socket.send(
      JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { ...tool, _meta } }),
    );
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
