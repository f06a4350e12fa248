import { isObject, isStrings } from './json.js';
import type { JsonObject } from './ports.js';

/** The list that a result must have, and the string that each of its items must have. */
const LISTS = new Map([
  ['tools/call', ['content', 'type']],
  ['tools/list', ['tools', 'name']],
  ['resources/list', ['resources', 'uri']],
  ['resources/templates/list', ['resourceTemplates', 'uriTemplate']],
  ['resources/read', ['contents', 'uri']],
  ['prompts/list', ['prompts', 'name']],
  ['prompts/get', ['messages', 'role']],
]);

/** Whether a result has the shape that callers of the method rely on. Unknown methods: anything. */
export function isResultOf(method: string, result: JsonObject): boolean {
  if (method === 'completion/complete') return isStrings(Object(result.completion).values);
  if (method === 'server/discover') {
    return isStrings(result.supportedVersions) && isObject(result.capabilities);
  }
  const [list, key] = LISTS.get(method) ?? [];
  if (!list || !key) return true;
  const { [list]: items, nextCursor = '', isError = false } = result;
  return (
    Array.isArray(items) &&
    items.every((item) => typeof Object(item)[key] === 'string') &&
    typeof nextCursor === 'string' &&
    typeof isError === 'boolean'
  );
}

/**
 * Whether a server may answer with `input_required`. Of the core protocol only to `tools/call`,
 * `resources/read` and `prompts/get` (2026-07-28, Multi Round-Trip Requests, "Supported Requests").
 */
export const mayAskForInput = (method: string): boolean =>
  !/(list|complete|discover)$/.test(method);
