import { ProtocolError } from './errors.js';
import { isObject } from './json.js';

/** The code with which a server refuses new requests, nothing having run. */
const REFUSED = -32010;

/** The error that a server answered with; `undefined` if it is none. */
export function errorIn(said: unknown): ProtocolError | undefined {
  if (!isObject(said)) return undefined;
  const { code, message, data } = said;
  if (!Number.isInteger(code) || typeof message !== 'string') return undefined;
  const { reason, retryAfterMs } = isObject(data) ? data : {};
  // The spec gives that code no meaning, so it is not enough.
  const refused = code === REFUSED && (reason === 'draining' || reason === 'overloaded');
  const wait = refused && typeof retryAfterMs === 'number' && retryAfterMs >= 0;
  return new ProtocolError('RPC_ERROR', message, {
    rpcCode: code as number,
    data,
    delivery: refused ? 'not-sent' : 'answered',
    retryAfterMs: wait ? retryAfterMs : undefined,
  });
}
