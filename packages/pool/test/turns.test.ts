import { describe, expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import { outcome, workshop } from './workshop.js';

describe('taking turns at maxTotal', () => {
  it('serves a key without items although one that cannot gain is before it in line', async () => {
    const { pool } = workshop({ maxTotal: 4 });
    // Held for long: only the other two come free.
    await Promise.all([pool.acquire('held'), pool.acquire('held')]);
    const busy = await Promise.all([pool.acquire('busy'), pool.acquire('busy')]);
    void pool.acquire('held').catch(() => undefined);
    const without = pool.acquire('without');
    for (const lease of busy) {
      void pool.acquire('busy').catch(() => undefined);
      lease.release();
      await flush();
    }
    expect(await outcome(without)).toHaveProperty('value');
    // What it needed was not given to the one before it.
    expect(pool.stats('held').connected).toBe(2);
    expect(pool.stats('busy').connected).toBe(1);
  });

  it('goes on to give way though a long lease holds the item that was given up first', async () => {
    const { pool } = workshop({ maxTotal: 3, maxConcurrency: 2 });
    let leases = await Promise.all(Array.from({ length: 6 }, () => pool.acquire('busy')));
    const long = leases[0];
    const mate = leases.findIndex((lease) => lease !== long && lease.value === long?.value);
    const waiting = pool.acquire('other');
    leases[mate]?.release();
    expect(pool.stats('busy').retiring).toBe(1);
    leases = leases.filter((lease) => lease.value !== long?.value);
    // Each lease that ends is followed by another one, so that no item ever rests.
    for (let i = 0; i < 20; i++) {
      const next = pool.acquire('busy');
      next.catch(() => undefined);
      leases.shift()?.release();
      const got = await outcome(next);
      if (got !== 'pending' && 'value' in got) leases.push(got.value);
    }
    expect(await outcome(waiting)).toHaveProperty('value');
    long?.release();
  });
});
