import {
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { callerSignal, type Params, work } from './retry-calls.js';

export default async function setup({ params }: { params: Record<string, unknown> }) {
  const { signal: given, read } = params as unknown as Params;
  const policy = wrap(
    retry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff() }),
    circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) }),
    // Its cheaper strategy, and the nearer one to ours.
    timeout(30_000, TimeoutStrategy.Cooperative),
  );
  const fn = work(read);
  return {
    async run(ops: number) {
      const signal = callerSignal(given);
      for (let op = 0; op < ops; op++) await policy.execute(fn, signal);
    },
  };
}
