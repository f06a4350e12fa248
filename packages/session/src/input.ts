import { ProtocolError } from './errors.js';
import { isObject } from './json.js';
import type { Settings } from './options.js';
import type { JsonObject } from './ports.js';

/**
 * Answers all that a server asks for in one round, side by side. The first failure aborts the
 * others.
 * @throws ProtocolError for what this client does not offer; what a handler throws
 */
export async function answerAll(
  asked: readonly (readonly [key: string, request: unknown])[],
  settings: Settings,
  handling: AbortController,
): Promise<JsonObject> {
  const { signal } = handling;
  try {
    return Object.fromEntries(
      await Promise.all(
        asked.map(async ([key, request]) => [key, await answer(request, settings, signal)]),
      ),
    );
  } catch (error) {
    handling.abort(error);
    throw error;
  }
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
  const given: unknown = await handler(asked, { signal });
  if (isObject(given)) return given;
  throw new ProtocolError('INPUT_REQUIRED', `the handler of ${method} must return an object`);
}

/** Whether the client declared this mode. Naming no mode at all declares forms. */
function mayElicit({ mode = 'form' }: JsonObject, { elicitation }: JsonObject): boolean {
  const { form, url } = Object(elicitation);
  return mode === 'url' ? !!url : mode === 'form' && (!!form || !url);
}
