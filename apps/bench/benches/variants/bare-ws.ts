import type { Variant, VariantContext } from '../../src/define.js';
import { rawLoop } from './raw-loop.js';
import { openSocket } from './session-wire.js';

/** JSON-RPC calls over one bare `ws` socket, `inFlight` of them at a time, with results of `bytes`. */
export default async function setup({ url, params }: VariantContext): Promise<Variant> {
  const socket = await openSocket(
    params.bytes === undefined ? url : `${url}?bytes=${params.bytes}`,
  );
  return rawLoop(socket, Number(params.inFlight), (id) => {
    const request = { jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'echo' } };
    socket.send(JSON.stringify(request));
  });
}
