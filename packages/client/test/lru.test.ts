import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lru } from '../src/lru.js';

const holding = (limit: number, ...keys: string[]) => {
  const lru = new Lru<number>(limit);
  for (const [i, key] of keys.entries()) lru.set(key, i);
  return lru;
};
const kept = (lru: Lru<number>, ...keys: string[]) =>
  keys.filter((key) => lru.get(key) !== undefined);

describe('Lru', () => {
  it('forgets what came first, if nothing was read since', () => {
    expect(kept(holding(2, 'a', 'b', 'c'), 'a', 'b', 'c')).toEqual(['b', 'c']);
  });

  it('keeps what was read or written since', () => {
    const lru = holding(3, 'a', 'b', 'c');
    lru.get('a');
    lru.set('b', 7);
    lru.set('d', 8);
    expect(kept(lru, 'a', 'b', 'c', 'd')).toEqual(['a', 'b', 'd']);
    expect(lru.get('b')).toBe(7);
  });

  it('forgets one when all were read', () => {
    const lru = holding(2, 'a', 'b');
    kept(lru, 'a', 'b');
    lru.set('c', 2);
    expect(kept(lru, 'a', 'b', 'c')).toHaveLength(2);
    expect(lru.get('c')).toBe(2);
  });

  it('forgets on demand', () => {
    const lru = holding(2, 'a', 'b');
    lru.delete('a');
    expect(kept(lru, 'a', 'b')).toEqual(['b']);
    lru.clear();
    expect(kept(lru, 'a', 'b')).toEqual([]);
  });

  it('never holds more than its limit, and always what came last', () => {
    const step = fc.record({ key: fc.integer({ min: 0, max: 9 }), read: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step), (limit, steps) => {
        const lru = new Lru<number>(limit);
        for (const { key, read } of steps) {
          if (read) lru.get(`${key}`);
          else {
            lru.set(`${key}`, key);
            expect(lru.get(`${key}`)).toBe(key);
          }
        }
        const all = Array.from({ length: 10 }, (_, key) => `${key}`);
        expect(kept(lru, ...all).length).toBeLessThanOrEqual(limit);
      }),
    );
  });
});
