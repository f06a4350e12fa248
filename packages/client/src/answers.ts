import { isObject } from './check.js';
import { ProtocolError } from './errors.js';
import type { JsonObject } from './ports.js';
import type { CallToolResult } from './results.js';

const broken = (method: string, what: string) =>
  new ProtocolError(`the answer to ${method} ${what}`);

/** The list in a field of a result. */
export function listIn(result: JsonObject, field: string, method: string): readonly JsonObject[] {
  const list = result[field];
  if (!Array.isArray(list)) throw broken(method, `has no list of ${field}`);
  if (!list.every(isObject)) throw broken(method, `has ${field} that are no objects`);
  return list;
}

/** A tool's result. One that only has structured content gets an empty `content` beside it. */
export function toolResultIn(result: JsonObject): CallToolResult {
  if (result.content === undefined && result.structuredContent !== undefined) {
    return { ...result, content: [] };
  }
  listIn(result, 'content', 'tools/call');
  return result as CallToolResult;
}

/** The object in a field of a result. */
export function objectIn(result: JsonObject, field: string, method: string): JsonObject {
  const object = result[field];
  if (!isObject(object)) throw broken(method, `has no ${field}`);
  return object;
}

/**
 * All pages of a list. A server that repeats a cursor, or has more than `maxPages`, is stopped.
 *
 * @throws ProtocolError if the pages are none
 */
export async function allPages(
  method: string,
  field: string,
  maxPages: number,
  page: (cursor: string | undefined) => Promise<JsonObject>,
): Promise<{ readonly items: readonly JsonObject[]; readonly ttlMs: number }> {
  const items: JsonObject[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  let ttlMs = Number.POSITIVE_INFINITY;
  for (let pages = 0; pages < maxPages; pages++) {
    const result = await page(cursor);
    for (const item of listIn(result, field, method)) items.push(item);
    ttlMs = Math.min(ttlMs, typeof result.ttlMs === 'number' ? result.ttlMs : 0);
    const { nextCursor } = result;
    if (nextCursor === undefined || nextCursor === null) return { items, ttlMs };
    if (typeof nextCursor !== 'string') throw broken(method, 'has a cursor that is no text');
    if (seen.has(nextCursor)) throw broken(method, 'repeats a cursor');
    seen.add(nextCursor);
    cursor = nextCursor;
  }
  throw broken(method, `has more than ${maxPages} pages`);
}
