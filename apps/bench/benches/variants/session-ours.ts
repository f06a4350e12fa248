import { createSession } from '@x/session';
import { WebSocketClientTransport } from '@x/transport-ws';
import type { Variant, VariantContext } from '../../src/define.js';
import { clientInfo, loop, openSocket, thinTransport, tool } from './session-wire.js';

/** Over a thin transport, to see the session alone; with `coalesced`, over ours, as one would use it. */
export default async function setup({ url, params }: VariantContext): Promise<Variant> {
  const transport = params.coalesced
    ? new WebSocketClientTransport(String(url))
    : thinTransport(await openSocket(url));
  const session = await createSession(transport, { clientInfo });
  const call = () => session.request('tools/call', tool);
  return {
    run: (ops) => loop(ops, Number(params.inFlight), call),
    close: () => session.close(),
  };
}
