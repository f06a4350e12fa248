import type { Variant, VariantContext } from '../../src/define.js';
import { rawLoop } from './raw-loop.js';
import { openSocket } from './session-wire.js';

/** The messages of tool calls, with nothing around them: no promise, no map, no deadline. */
export async function rawCalls(
  { url, params }: VariantContext,
  tool: { readonly name: string; readonly arguments: object },
  clientInfo: object,
): Promise<Variant> {
  const socket = await openSocket(url);
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  return rawLoop(socket, Number(params.inFlight), (id) => {
    const request = { jsonrpc: '2.0', id, method: 'tools/call', params: { ...tool, _meta } };
    socket.send(JSON.stringify(request));
  });
}
