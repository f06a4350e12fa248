import { createSession } from '@x/session';
import type { Variant, VariantContext } from '../../src/define.js';
import { clientInfo, loop, openSocket, thinTransport, tool } from './session-wire.js';

export default async function setup({ url, params }: VariantContext): Promise<Variant> {
  const session = await createSession(thinTransport(await openSocket(url)), { clientInfo });
  const call = () => session.request('tools/call', tool);
  return {
    run: (ops) => loop(ops, Number(params.inFlight), call),
    close: () => session.close(),
  };
}
