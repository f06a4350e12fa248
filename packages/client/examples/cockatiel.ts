import type { Policy } from '../src/index.js';

interface CockatielPolicy {
  execute<T>(
    fn: (context: { signal: AbortSignal; attempt: number }) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
}

/** Any policy of cockatiel's, as `new McpClient({ policy })` takes it. */
export const fromCockatiel = (policy: CockatielPolicy): Policy => ({
  execute: (fn, { signal }) => policy.execute(fn, signal),
});
