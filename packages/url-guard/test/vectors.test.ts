import { describe, expect, it } from 'vitest';
import { createUrlGuard, isUnsafeUrlError } from '../src/index.js';
import { VECTORS, type Vector } from './vectors.js';

/** A resolver that gives one answer after the other, and the last one again and again. */
function scripted(answers: Vector['resolves'] = []) {
  let asked = 0;
  return async () => answers[Math.min(asked++, answers.length - 1)] ?? [];
}

async function verdict({ url, resolves, redirects = [], policy }: Vector) {
  const guard = createUrlGuard({ ...policy, resolve: scripted(resolves) });
  const addresses: string[] = [];
  try {
    let from: string | undefined;
    for (const hop of [url, ...redirects]) {
      const checked = await guard.check(hop, { from });
      addresses.push(...checked.addresses);
      from = checked.url;
    }
    return { verdict: 'allow', addresses };
  } catch (error) {
    if (!isUnsafeUrlError(error)) throw error;
    return { verdict: 'deny', addresses, reason: error.reason };
  }
}

describe('the vectors', () => {
  it.each(VECTORS)('$id $expect $url: $why', async (vector) => {
    const told = await verdict(vector);
    expect(told.verdict).toBe(vector.expect);
    if (vector.connectTo) expect(told.addresses[0]).toBe(vector.connectTo);
  });

  it.each(VECTORS)('$id: inspect says no less than check where no name is involved', (vector) => {
    const { allowed, reason } = createUrlGuard(vector.policy).inspect(vector.url);
    const early = vector.host !== null && !vector.resolves && !vector.redirects;
    if (vector.expect === 'allow' || early) expect(allowed).toBe(vector.expect === 'allow');
    expect(reason === undefined).toBe(allowed);
  });
});
