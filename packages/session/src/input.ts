import { ProtocolError } from './errors.js';
import { isObject } from './json.js';
import type { Settings } from './options.js';
import type { JsonObject } from './ports.js';

/**
 * Answers all that a server asks for in one round, side by side.
 * @throws ProtocolError for what this client does not offer, and when a handler fails
 */
export async function answerAll(
  asked: readonly (readonly [key: string, request: unknown])[],
  settings: Settings,
  signal: AbortSignal,
): Promise<JsonObject> {
  return Object.fromEntries(
    await Promise.all(
      asked.map(async ([key, request]) => [key, await answer(request, settings, signal)]),
    ),
  );
}

async function answer(
  request: unknown,
  { handlers, capabilities }: Settings,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { method, params } = Object(request);
  const asked: JsonObject = isObject(params) ? params : {};
  const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
  if (!handler || (method === 'elicitation/create' && !mayElicit(asked, capabilities))) {
    throw new ProtocolError('INPUT_REQUIRED', `this client does not offer ${method}`);
  }
  let cause: unknown;
  try {
    const given: unknown = await handler(asked, { signal });
    if (isObject(given)) return given;
    cause = new TypeError('it must return an object');
  } catch (error) {
    cause = error;
  }
  // An error of its own: what the handler threw may say of itself that nothing has run.
  throw new ProtocolError('HANDLER_FAILED', `the handler of ${method} failed`, {}, cause);
}

/** Whether the client declared this mode. Naming no mode at all declares forms. */
function mayElicit({ mode = 'form' }: JsonObject, { elicitation }: JsonObject): boolean {
  const { form, url } = Object(elicitation);
  return mode === 'url' ? !!url : mode === 'form' && (!!form || !url);
}
