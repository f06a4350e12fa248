import { describe, expect, it } from 'vitest';
import { Level, Live } from '../src/live.js';

describe('Live', () => {
  it('ends what it was told the begin of, once', () => {
    const live = new Live<string>();
    expect(live.add(1, 'a', 'first')).toBe(true);
    expect(live.find(1, 'a')).toBe('first');
    expect(live.take(1, 'a')).toBe('first');
    expect(live.take(1, 'a')).toBeUndefined();
  });

  it('an id of two owners is two, in whatever order they end', () => {
    const live = new Live<string>();
    for (const owner of ['a', 'b', 'c']) live.add(1, owner, owner);
    expect(live.take(1, 'b')).toBe('b');
    expect(live.take(1, 'b')).toBeUndefined();
    expect(live.take(1, 'a')).toBe('a');
    expect(live.take(1, undefined)).toBe('c');
    expect(live.take(1, undefined)).toBeUndefined();
  });

  it("takes an owner's own before one that only may be his", () => {
    const live = new Live<string>();
    live.add(1, undefined, 'without');
    live.add(1, 'a', 'of a');
    expect(live.find(1, undefined)).toBe('without');
    expect(live.take(1, 'a')).toBe('of a');
    expect(live.take(1, 'a')).toBe('without');
  });

  it.each([undefined, null, {}, true, Symbol('s')])('%s is no id', (id) => {
    expect(new Live().add(id, 'a', 1)).toBe(false);
  });

  it('holds so many under one id, and so many in all', () => {
    const live = new Live<number>();
    const fits = (ids: (i: number) => number, n: number) =>
      Array.from({ length: n }, (_, i) => live.add(ids(i), 'a', i)).filter(Boolean).length;
    expect(fits(() => 0, 100)).toBe(16);
    expect(fits((i) => i + 1, 70_000)).toBe(65_536 - 16);
    live.take(0, 'a');
    expect(fits((i) => 100_000 + i, 10)).toBe(1);
  });
});

describe('Level', () => {
  it('rises and falls, and a stray end changes nothing', () => {
    const added: number[] = [];
    const level = new Level((n) => added.push(n));
    level.down();
    level.up();
    level.up();
    level.down();
    level.down();
    level.down();
    expect(added).toEqual([1, 1, -1, -1]);
  });
});
