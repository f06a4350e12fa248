import type { CallContext, Idempotent } from './ports.js';

/**
 * How far a failed call got: it never left (`not-sent`), it left and nobody knows (`unknown`), or
 * the server answered with an error (`answered`).
 */
export type Delivery = 'not-sent' | 'unknown' | 'answered';

/** What an error may say of itself. Read by shape, so that any package's errors qualify. */
export interface ErrorShape {
  readonly name?: unknown;
  readonly delivery?: unknown;
  readonly retryable?: unknown;
  readonly retryAfterMs?: unknown;
  readonly cause?: unknown;
}

/** Whether a value has members to read. */
export const isObject = (value: unknown): value is Readonly<Record<PropertyKey, unknown>> =>
  typeof value === 'object' && value !== null;

export const shapeOf = (error: unknown): ErrorShape => (isObject(error) ? error : {});

export function deliveryOf(error: unknown): Delivery | undefined {
  const { delivery } = shapeOf(error);
  return delivery === 'not-sent' || delivery === 'unknown' || delivery === 'answered'
    ? delivery
    : undefined;
}

/** The wait that a server asked for, in ms; 0 if it asked for none or for nonsense. */
export function retryAfterOf(error: unknown): number {
  const { retryAfterMs } = shapeOf(error);
  return typeof retryAfterMs === 'number' && retryAfterMs > 0 ? retryAfterMs : 0;
}

/** The default of `retry`'s `retryIf`: never run twice by accident. */
export function defaultRetryIf(
  error: unknown,
  context: Pick<CallContext, 'idempotent'>,
): boolean | Promise<boolean> {
  const { name, delivery, retryable } = shapeOf(error);
  if (retryable === false || name === 'AbortError') return false;
  if (delivery === 'unknown') return isIdempotent(context.idempotent, error);
  return delivery === 'not-sent' || (delivery === 'answered' && retryable === true);
}

/**
 * The default of `circuitBreaker`'s `isFailure`: is the other side down?
 *
 * `true`: a dial that failed, a connection lost, a timeout, overload. `false`: it answered, or the
 * error says nothing of delivery. `undefined`, counted as neither: an abort, and what trying again
 * could not change, which blames the call and not the server.
 */
export function defaultIsFailure(error: unknown): boolean | undefined {
  const { name, retryable } = shapeOf(error);
  const delivery = deliveryOf(error);
  if (name === 'AbortError') return undefined;
  if (delivery === 'answered') return false;
  if (retryable === false) return undefined;
  return delivery !== undefined;
}

export function isIdempotent(
  idempotent: Idempotent | undefined,
  error: unknown,
): boolean | Promise<boolean> {
  return typeof idempotent === 'function' ? ask(idempotent, error) : idempotent === true;
}

// The call's own error matters more than a look-up that failed, and doubt means no.
async function ask(
  idempotent: (error: unknown) => boolean | PromiseLike<boolean>,
  error: unknown,
): Promise<boolean> {
  try {
    return (await idempotent(error)) === true;
  } catch {
    return false;
  }
}
