import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectErrorShape } from '../../../test/error-shape.js';
import { ConfigError, createMetrics, isConfigError } from '../src/index.js';
import type { Attributes } from '../src/ports.js';
import { FakeClock } from './fake-clock.js';
import { histograms, metric, scalars } from './read.js';

describe('counter', () => {
  it('sums per set of attributes, whatever their order', () => {
    const metrics = createMetrics();
    const calls = metrics.counter('calls', { description: 'Calls.', unit: '{call}' });
    calls.add(1, { tool: 'a', ok: true });
    calls.add(2, { ok: true, tool: 'a' });
    calls.add(4, { tool: 'b', ok: true });
    calls.add(8);
    expect(metrics.snapshot()).toEqual({
      metrics: [
        {
          type: 'counter',
          name: 'calls',
          description: 'Calls.',
          unit: '{call}',
          overflowed: 0,
          dropped: 0,
          series: [
            { attributes: { ok: true, tool: 'a' }, value: 3 },
            { attributes: { ok: true, tool: 'b' }, value: 4 },
            { attributes: {}, value: 8 },
          ],
        },
      ],
    });
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '5', 5n, null, undefined, {}, Symbol('s')])(
    'drops and counts %s, and makes no series of it',
    (bad) => {
      const metrics = createMetrics();
      const counter = metrics.counter('c');
      counter.add(bad as number, { a: 1 });
      counter.bind({ a: 1 }).add(bad as number);
      expect(metric(metrics, 'c')).toMatchObject({ dropped: 2, series: [] });
      const live = counter.bind({ a: 1 });
      live.add(1);
      live.add(bad as number);
      expect(metric(metrics, 'c')).toMatchObject({ dropped: 3, series: [{ value: 1 }] });
    },
  );

  it.each([
    ['an object', { a: {} }],
    ['null', { a: null }],
    ['a list', { a: ['x'] }],
    ['a function', { a: () => 1 }],
    ['a symbol', { a: Symbol('s') }],
    ['a bigint', { a: 1n }],
    ['a number that is not finite', { a: Number.NaN }],
    ['a nameless attribute', { '': 1 }],
    ['attributes that are a text', 'abc'],
    ['attributes that are an empty text', ''],
    ['attributes that are a number', 5],
    ['attributes that are a boolean', true],
    ['attributes that are a function', () => 1],
    [
      'a getter that throws',
      {
        get a() {
          throw new Error('no');
        },
      },
    ],
  ])('drops and counts a measurement with %s', (_, attributes) => {
    const metrics = createMetrics();
    const counter = metrics.counter('c');
    const unfit = attributes as unknown as Attributes;
    // The series without attributes, which nothing unfit may count on.
    counter.add(7);
    counter.add(1, unfit);
    counter.add(1, unfit);
    counter.bind(unfit).add(1);
    expect(counter.remove(unfit)).toBe(false);
    expect(metric(metrics, 'c')).toMatchObject({
      dropped: 3,
      series: [{ attributes: {}, value: 7 }],
    });
  });
});

describe('up-down counter and gauge', () => {
  it('go below zero', () => {
    const metrics = createMetrics();
    const level = metrics.upDownCounter('level');
    level.add(2);
    level.add(-5);
    const gauge = metrics.gauge('gauge');
    gauge.record(7);
    gauge.record(-3);
    expect(scalars(metrics, 'level')).toEqual([{ attributes: {}, value: -3 }]);
    expect(scalars(metrics, 'gauge')).toEqual([{ attributes: {}, value: -3 }]);
  });

  it('a gauge that is observed holds what was observed at this read, and nothing older', () => {
    const metrics = createMetrics();
    let pools = { a: 1, b: 2 } as Record<string, number>;
    metrics.gauge('idle', {
      observe: (record) => {
        for (const [pool, n] of Object.entries(pools)) record(n, { pool });
      },
    });
    expect(scalars(metrics, 'idle')).toHaveLength(2);
    pools = { b: 5 };
    expect(scalars(metrics, 'idle')).toEqual([{ attributes: { pool: 'b' }, value: 5 }]);
  });

  it('observers of one name add up; one that throws or rejects costs a drop and nothing else', async () => {
    const metrics = createMetrics();
    metrics.gauge('g', { observe: (record) => record(1, { from: 'first' }) });
    metrics.gauge('g', {
      observe: () => {
        throw new Error('broken');
      },
    });
    metrics.gauge('g', { observe: () => Promise.reject(new Error('late')) });
    metrics.gauge('g', { observe: (record) => record(2, { from: 'last' }) });
    expect(metric(metrics, 'g')).toMatchObject({
      dropped: 1,
      series: [{ value: 1 }, { value: 2 }],
    });
    await Promise.resolve();
    expect(metric(metrics, 'g').dropped).toBe(3);
  });
});

describe('an observed gauge', () => {
  const five = (record: (n: number, attributes: Attributes) => void) => {
    for (let id = 0; id < 5; id++) record(id, { id });
  };

  it('counts what finds no room once, however often it is read', () => {
    const metrics = createMetrics({ maxSeries: 2 });
    metrics.gauge('g', { observe: five });
    const first = metrics.snapshot();
    expect(first).toMatchObject({ metrics: [{ overflowed: 3 }] });
    expect(metrics.snapshot()).toEqual(first);
  });

  it('is no longer observed, and holds nothing more of it, when told', () => {
    const metrics = createMetrics();
    const gauge = metrics.gauge('g', { observe: five });
    metrics.gauge('g', { observe: (record) => record(9, { other: true }) });
    expect(scalars(metrics, 'g')).toHaveLength(6);
    expect([gauge.unobserve(five), gauge.unobserve(five)]).toEqual([true, false]);
    expect(scalars(metrics, 'g')).toEqual([{ attributes: { other: true }, value: 9 }]);
  });

  it('forgets what it said with the last one who says it, but not what is set later', () => {
    const metrics = createMetrics();
    const gauge = metrics.gauge('g', { observe: five });
    metrics.snapshot();
    gauge.unobserve(five);
    expect(scalars(metrics, 'g')).toEqual([]);
    gauge.record(1);
    gauge.unobserve(five);
    expect(scalars(metrics, 'g')).toEqual([{ attributes: {}, value: 1 }]);
  });
});

describe('histogram', () => {
  it('counts a value into the first bucket whose bound is not below it', () => {
    const metrics = createMetrics();
    const h = metrics.histogram('h', { buckets: [1, 2, 5] });
    for (const n of [0, 1, 1.5, 2, 5, 5.1, -3]) h.record(n);
    expect(histograms(metrics, 'h')).toEqual([
      {
        attributes: {},
        count: 7,
        sum: 11.6,
        mean: 11.6 / 7,
        min: -3,
        max: 5.1,
        p50: expect.any(Number),
        p90: expect.any(Number),
        p99: expect.any(Number),
        buckets: [3, 2, 1, 1],
      },
    ]);
  });

  it('interpolates percentiles within their bucket', () => {
    const metrics = createMetrics();
    const h = metrics.histogram('h', { buckets: [10, 20, 30] });
    for (let n = 1; n <= 30; n++) h.record(n);
    // Ten values per bucket: rank 15 lies half-way through (10, 20], 27 and 29.7 in (20, 30].
    expect(histograms(metrics, 'h')[0]).toMatchObject({ p50: 15, p90: 27, p99: 29.7 });
  });

  it('keeps percentiles ordered and within what was seen, and exact for one value', () => {
    // Which of 0 and -0 is the smaller, nobody asks.
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((n) => n + 0);
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), (values) => {
        const metrics = createMetrics();
        const h = metrics.histogram('h', { buckets: [-100, 0, 1, 10, 1_000] });
        for (const n of values) h.record(n);
        const [read] = histograms(metrics, 'h');
        const [min, max] = [Math.min(...values), Math.max(...values)];
        expect(read).toMatchObject({ count: values.length, min, max });
        expect(read?.buckets.reduce((a, b) => a + b)).toBe(values.length);
        const ordered = [min, read?.p50, read?.p90, read?.p99, max].map(Number);
        for (let i = 1; i < ordered.length; i++) {
          expect(ordered[i]).toBeGreaterThanOrEqual((ordered[i - 1] ?? 0) - 1e-9);
        }
      }),
    );
    const metrics = createMetrics();
    metrics.histogram('one').record(0.3);
    expect(histograms(metrics, 'one')[0]).toMatchObject({ p50: 0.3, p90: 0.3, p99: 0.3 });
  });

  it('has no average of nothing', () => {
    const metrics = createMetrics();
    metrics.histogram('h', { attributes: [], buckets: [] });
    expect(histograms(metrics, 'h')).toEqual([
      {
        attributes: {},
        count: 0,
        sum: 0,
        mean: null,
        min: null,
        max: null,
        p50: null,
        p90: null,
        p99: null,
        buckets: [0],
      },
    ]);
  });
});

describe('identity of a series', () => {
  it.each([
    ['separators in values', { a: 'x|y', b: 'z' }, { a: 'x', b: 'y|z' }],
    ['a value that looks like the next attribute', { a: '1,b:2' }, { a: '1', b: '2' }],
    ['a value that looks like a type and the next attribute', { a: '1bs2' }, { a: '1', b: '2' }],
    ['lengths in values', { a: '1:b', b: '' }, { a: '1', b: ':b' }],
    ['a number and its text', { a: 1 }, { a: '1' }],
    ['a boolean and its text', { a: true }, { a: 'true' }],
    ['an empty text and nothing', { a: '' }, {}],
  ])('%s', (_, one, other) => {
    const metrics = createMetrics();
    const counter = metrics.counter('c');
    counter.add(1, one);
    counter.add(1, other);
    expect(scalars(metrics, 'c').map(({ value }) => value)).toEqual([1, 1]);
  });

  it('an attribute that is undefined is no attribute', () => {
    const metrics = createMetrics();
    const counter = metrics.counter('c');
    counter.add(1, { a: undefined });
    counter.add(1, {});
    counter.add(1);
    counter.add(1, { b: 1, a: undefined });
    expect(scalars(metrics, 'c')).toEqual([
      { attributes: {}, value: 3 },
      { attributes: { b: 1 }, value: 1 },
    ]);
  });

  it('is the set of names and values, for any attributes written in any order', () => {
    const value = fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.constantFrom(0, 1, 2, -1.5),
      fc.boolean(),
      fc.constant(undefined),
    );
    const attributes = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', '1'), value);
    fc.assert(
      fc.property(fc.array(fc.tuple(attributes, fc.boolean()), { maxLength: 40 }), (all) => {
        const metrics = createMetrics();
        const counter = metrics.counter('c');
        const expected = new Map<string, number>();
        for (const [given, reversed] of all) {
          const entries = Object.entries(given);
          if (reversed) entries.reverse();
          counter.add(1, Object.fromEntries(entries));
          const kept = entries
            .filter(([, v]) => v !== undefined)
            .sort(([a], [b]) => (a < b ? -1 : 1));
          const identity = JSON.stringify(kept.map(([k, v]) => [k, typeof v, String(v)]));
          expected.set(identity, (expected.get(identity) ?? 0) + 1);
        }
        const read = scalars(metrics, 'c').map(({ attributes: own, value: n }) => {
          const entries = Object.entries(own).sort(([a], [b]) => (a < b ? -1 : 1));
          return [JSON.stringify(entries.map(([k, v]) => [k, typeof v, String(v)])), n];
        });
        expect(new Map(read as [string, number][])).toEqual(expected);
        expect(read).toHaveLength(expected.size);
      }),
    );
  });

  it('does not change when the caller changes his object', () => {
    const metrics = createMetrics();
    const counter = metrics.counter('c');
    const attributes = { a: 1 };
    counter.add(1, attributes);
    const bound = counter.bind(attributes);
    attributes.a = 2;
    bound.add(1);
    expect(scalars(metrics, 'c')).toEqual([{ attributes: { a: 1 }, value: 2 }]);
  });
});

describe('bounds', () => {
  it('the 2001st series goes to the overflow series, and each such measurement is counted', () => {
    const metrics = createMetrics();
    const counter = metrics.counter('c');
    for (let id = 0; id < 2_000; id++) counter.add(1, { id });
    expect(metric(metrics, 'c')).toMatchObject({ overflowed: 0 });
    counter.add(1, { id: 2_000 });
    counter.add(1, { id: 2_001 });
    const bound = counter.bind({ id: 2_002 });
    bound.add(1);
    bound.add(1);
    counter.add(1, { id: 7 });
    const read = metric(metrics, 'c');
    expect(read).toMatchObject({ overflowed: 4 });
    expect(read.series).toHaveLength(2_001);
    expect(read.series.at(-1)).toEqual({ attributes: { 'otel.metric.overflow': true }, value: 4 });
    expect(read.series[7]).toMatchObject({ value: 2 });
  });

  it('a bound instrument leaves the overflow series once there is room', () => {
    const metrics = createMetrics({ maxSeries: 1 });
    const counter = metrics.counter('c');
    counter.add(1, { id: 1 });
    const bound = counter.bind({ id: 2 });
    bound.add(1);
    expect(counter.remove({ id: 1 })).toBe(true);
    bound.add(1);
    expect(scalars(metrics, 'c')).toEqual([
      { attributes: { id: 2 }, value: 1 },
      { attributes: { 'otel.metric.overflow': true }, value: 1 },
    ]);
  });

  it('more spellings of the attributes than are remembered still meet in one series', () => {
    const metrics = createMetrics({ maxSeries: 1 });
    const counter = metrics.counter('c');
    const names = ['a', 'b', 'c', 'd'];
    for (let i = 0; i < 200; i++) {
      const order = names.map((_, k) => names[(k * (1 + 2 * (i % 2)) + i) % 4] ?? 'a');
      counter.add(1, Object.fromEntries([...order, ...names].map((name) => [name, 1])));
    }
    expect(scalars(metrics, 'c')).toEqual([{ attributes: { a: 1, b: 1, c: 1, d: 1 }, value: 200 }]);
  });

  it('takes no attribute name that was not declared', () => {
    const metrics = createMetrics();
    const counter = metrics.counter('c', { attributes: ['tool'] });
    counter.add(1, { tool: 'a' });
    counter.add(1, { tol: 'a' });
    counter.add(1);
    expect(metric(metrics, 'c')).toMatchObject({
      dropped: 1,
      series: [{ value: 1 }, { value: 1 }],
    });
  });
});

describe('removal and expiry', () => {
  it('a removed series starts again from nothing, also for who had bound it', () => {
    const metrics = createMetrics();
    const counter = metrics.counter('c');
    const bound = counter.bind({ a: 1, b: 2 });
    bound.add(5);
    expect(counter.remove({ b: 2, a: 1 })).toBe(true);
    expect(counter.remove({ b: 2, a: 1 })).toBe(false);
    expect(scalars(metrics, 'c')).toEqual([]);
    bound.add(1);
    counter.add(1, { a: 1, b: 2 });
    expect(scalars(metrics, 'c')).toEqual([{ attributes: { a: 1, b: 2 }, value: 2 }]);
  });

  it('a series that reads find unchanged for expireAfterMs is forgotten', () => {
    const clock = new FakeClock();
    const metrics = createMetrics({ expireAfterMs: 60_000, clock });
    const h = metrics.histogram('h');
    h.record(1, { id: 'idle' });
    const busy = h.bind({ id: 'busy' });
    busy.record(1);
    const ids = () => histograms(metrics, 'h').map(({ attributes }) => attributes.id);
    expect(ids()).toEqual(['idle', 'busy']);
    clock.advance(59_999);
    busy.record(1);
    expect(ids()).toEqual(['idle', 'busy']);
    clock.advance(1);
    expect(ids()).toEqual(['busy']);
    clock.advance(60_000);
    expect(ids()).toEqual([]);
    h.record(1, { id: 'idle' });
    busy.record(1);
    expect(histograms(metrics, 'h')).toMatchObject([{ count: 1 }, { count: 1 }]);
  });

  it('a measurement with its attributes keeps a series alive as a bound one does', () => {
    const clock = new FakeClock();
    const metrics = createMetrics({ expireAfterMs: 1_000, clock });
    const counter = metrics.counter('c');
    for (let i = 0; i < 3; i++) {
      counter.add(1, { id: 1 });
      expect(scalars(metrics, 'c')).toMatchObject([{ value: i + 1 }]);
      clock.advance(1_000);
    }
  });

  it('an up-down counter that is not at zero never expires', () => {
    const clock = new FakeClock();
    const metrics = createMetrics({ expireAfterMs: 1_000, clock });
    const open = metrics.upDownCounter('open');
    open.add(1, { host: 'a' });
    open.add(1, { host: 'b' });
    open.add(-1, { host: 'b' });
    scalars(metrics, 'open');
    clock.advance(10_000);
    expect(scalars(metrics, 'open')).toEqual([{ attributes: { host: 'a' }, value: 1 }]);
  });

  it('a full table makes room by itself when nobody reads', () => {
    const clock = new FakeClock();
    const metrics = createMetrics({ expireAfterMs: 1_000, maxSeries: 2, clock });
    const counter = metrics.counter('c');
    counter.add(1, { id: 1 });
    counter.add(1, { id: 2 });
    for (const id of [3, 4, 5]) {
      clock.advance(1_000);
      counter.add(1, { id });
    }
    // 3 only marked the others as idle, 4 found them expired, 5 took the second place.
    const read = metric(metrics, 'c');
    expect(read.overflowed).toBe(1);
    expect(read.series.map(({ attributes }) => attributes.id)).toEqual([4, 5, undefined]);
  });
});

describe('reset', () => {
  it('starts counters and histograms again and keeps levels', () => {
    const metrics = createMetrics({ maxSeries: 1 });
    const bound = metrics.counter('c').bind({ a: 1 });
    bound.add(5);
    metrics.counter('c').add(1, { a: 2 });
    metrics.counter('c').add(-1);
    metrics.counter('none', { attributes: [] }).add(3);
    metrics.histogram('h').record(1);
    metrics.upDownCounter('level').add(2);
    metrics.upDownCounter('level').add(Number.NaN);
    metrics.gauge('g').record(3);
    metrics.reset();
    expect(metric(metrics, 'c')).toMatchObject({ series: [], dropped: 0, overflowed: 0 });
    expect(scalars(metrics, 'none')).toEqual([{ attributes: {}, value: 0 }]);
    expect(histograms(metrics, 'h')).toEqual([]);
    expect(metric(metrics, 'level')).toMatchObject({ series: [{ value: 2 }], dropped: 0 });
    expect(scalars(metrics, 'g')).toMatchObject([{ value: 3 }]);
    bound.add(1);
    expect(scalars(metrics, 'c')).toEqual([{ attributes: { a: 1 }, value: 1 }]);
  });
});

describe('snapshot', () => {
  it('is plain JSON, and later measurements do not change it', () => {
    const metrics = createMetrics();
    metrics.counter('c').add(1, { a: 'x' });
    metrics.histogram('h').record(1);
    metrics.histogram('empty', { attributes: [] });
    const snapshot = metrics.snapshot();
    const copy = JSON.parse(JSON.stringify(snapshot));
    metrics.counter('c').add(1, { a: 'x' });
    metrics.histogram('h').record(1);
    expect(snapshot).toEqual(copy);
  });
});

it('a snapshot cannot be used to change the buckets of a histogram', () => {
  const metrics = createMetrics();
  const histogram = metrics.histogram('h', { buckets: [1, 2] });
  const read = metric(metrics, 'h');
  if (read.type === 'histogram') (read.bounds as number[]).length = 0;
  histogram.record(1.5);
  expect(metric(metrics, 'h')).toMatchObject({ bounds: [1, 2] });
  expect(histograms(metrics, 'h')).toMatchObject([{ buckets: [0, 1, 0] }]);
});

describe('registration', () => {
  it('gives the same instrument for the same name', () => {
    const metrics = createMetrics();
    expect(metrics.counter('c', { unit: 's' })).toBe(metrics.counter('c', { unit: 's' }));
    expect(metrics.snapshot().metrics).toHaveLength(1);
  });

  it.each([
    [
      'another type',
      () => createAnd((m) => m.upDownCounter('c')),
      'c is registered with type "counter", not "upDownCounter"',
    ],
    [
      'another unit',
      () => createAnd((m) => m.counter('c', { unit: 's' })),
      'c is registered with unit "", not "s"',
    ],
    [
      'other attributes',
      () => createAnd((m) => m.counter('c', { attributes: [] })),
      'c is registered with attributes any, not []',
    ],
    [
      'other buckets',
      () => createAnd((m) => [m.histogram('h'), m.histogram('h', { buckets: [1] })]),
      'h is registered with buckets [0.005,',
    ],
    ['a bad name', () => createAnd((m) => m.counter('9lives')), 'got "9lives"'],
    ['no name', () => createAnd((m) => m.gauge(undefined as never)), 'got undefined'],
    [
      'a bad unit',
      () => createAnd((m) => m.counter('x', { unit: 'µs' })),
      'unit must be at most 63 printable ASCII characters, got "µs"',
    ],
    [
      'a bad description',
      () => createAnd((m) => m.counter('x', { description: 1 as never })),
      'description must be a string, got 1',
    ],
    [
      'buckets out of order',
      () => createAnd((m) => m.histogram('x', { buckets: [2, 1] })),
      'got [2, 1]',
    ],
    [
      'buckets that are not finite',
      () => createAnd((m) => m.histogram('x', { buckets: [Number.POSITIVE_INFINITY] })),
      'finite',
    ],
    [
      'too many buckets',
      () =>
        createAnd((m) => m.histogram('x', { buckets: Array.from({ length: 257 }, (_, i) => i) })),
      '256',
    ],
    [
      'buckets on a counter',
      () => createAnd((m) => m.counter('x', { buckets: [1] } as never)),
      'counter x has no option buckets',
    ],
    [
      'an observer on a counter',
      () => createAnd((m) => m.counter('x', { observe() {} } as never)),
      'has no option observe',
    ],
    [
      'an observer that is none',
      () => createAnd((m) => m.gauge('x', { observe: 1 as never })),
      'observe must be a function, got 1',
    ],
    [
      'attributes that are no list',
      () => createAnd((m) => m.gauge('x', { attributes: 'a' as never })),
      'attributes must be a list of non-empty strings, got "a"',
    ],
    ['options that are none', () => createAnd((m) => m.gauge('x', null as never)), 'got null'],
    [
      'an unknown option',
      () => createMetrics({ maxSerie: 1 } as never),
      'createMetrics has no option maxSerie',
    ],
    ['no options', () => createMetrics(null as never), 'options must be an object, got null'],
    [
      'a cap of 0',
      () => createMetrics({ maxSeries: 0 }),
      'maxSeries must be a whole number of 1 or more, got 0',
    ],
    [
      'a negative expiry',
      () => createMetrics({ expireAfterMs: -1 }),
      'expireAfterMs must be a number of milliseconds, 0 or more, got -1',
    ],
    [
      'a clock that is none',
      () => createMetrics({ clock: {} as never }),
      'clock must be an object with now(), got object',
    ],
  ])('refuses %s', (_, build, message) => {
    expect(build).toThrow(ConfigError);
    expect(build).toThrow(message);
  });

  it('ConfigError has the shape of the house', () => {
    const error = new ConfigError('maxSeries', 'maxSeries must be more');
    expect(error).toMatchObject({ option: 'maxSeries', code: 'CONFIG', retryable: false });
    expectErrorShape({
      package: '@x/metrics',
      error,
      name: 'ConfigError',
      type: ConfigError,
      guard: isConfigError,
    });
  });
});

function createAnd(use: (metrics: ReturnType<typeof createMetrics>) => unknown): unknown {
  const metrics = createMetrics();
  metrics.counter('c');
  return use(metrics);
}
