import { circuitBreaker, exponential, retry, timeout, wrap } from '@x/retry';
import { callerSignal, type Params, work } from './retry-calls.js';

export default async function setup({ params }: { params: Record<string, unknown> }) {
  const { signal: given, read } = params as unknown as Params;
  const policy = wrap(
    retry({ attempts: 3, backoff: exponential() }),
    circuitBreaker({ consecutive: 5, openMs: 10_000 }),
    timeout({ timeoutMs: 30_000 }),
  );
  const fn = work(read);
  return {
    async run(ops: number) {
      const options = { signal: callerSignal(given) };
      for (let op = 0; op < ops; op++) await policy.execute(fn, options);
    },
  };
}
