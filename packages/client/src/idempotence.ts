import type { Idempotent } from './ports.js';
import type { ToolAnnotations } from './results.js';

const READS = new Set([
  'completion/complete',
  'logging/setLevel',
  'ping',
  'prompts/get',
  'prompts/list',
  'resources/list',
  'resources/read',
  'resources/templates/list',
  'server/discover',
  'tools/list',
]);

/** Whether a method may be sent twice. */
export const isRead = (method: string): boolean => READS.has(method);

/** Whether a tool says of itself that it may be called twice. */
export function saysIdempotent(annotations: ToolAnnotations | undefined): boolean {
  return annotations?.readOnlyHint === true || annotations?.idempotentHint === true;
}

/** Asks once, when the answer first matters, and remembers it for the call. No answer means no. */
export function askedOnce(ask: () => Promise<boolean>): Idempotent {
  let answer: Promise<boolean> | undefined;
  return () => {
    answer ??= ask().catch(() => false);
    return answer;
  };
}
