import { expect, test } from 'vitest';
import { defineBench, type Target } from '../src/define.js';
import type { Measured } from '../src/run-bench.js';
import { judge, ratioOf } from '../src/verdict.js';

const module = new URL('file:///a.ts');

function judged(target: Target, ours: readonly Measured[], peer: readonly Measured[]) {
  const variants = { ours: module, peer: module };
  const bench = defineBench({ title: 't', variants, ops: 100, targets: [target] });
  return judge('t', bench, new Map(Object.entries({ ours, peer })));
}

const round = (sample: Partial<Measured>): Measured => ({
  ...{ ops: 100, wallMs: 1, cpuMs: 1, memory: { rssBytes: 0, heapBytes: 0 } },
  ...sample,
});

const atLeast = (least: number): Target => ({
  ...{ metric: 'rate', of: 'ours', against: 'peer' },
  atLeast: least,
});

test('a busy neighbour that slows whole rounds does not move a ratio of rates', () => {
  const ours = [10, 10, 40, 40, 40].map((wallMs) => round({ wallMs }));
  const peer = [20, 20, 80, 80, 80].map((wallMs) => round({ wallMs }));
  const { targets, variants } = judged(atLeast(2), ours, peer);
  expect(targets[0]).toMatchObject({ ratio: 2, met: true, rounds: { min: 2, max: 2 } });
  expect(variants[0]?.rate).toMatchObject({ median: 2_500, min: 2_500, max: 10_000 });
  expect(variants[1]?.speedup.median).toBe(0.5);
});

test('a target is met at its bound and missed just beyond it', () => {
  const ours = [round({ wallMs: 10, cpuMs: 30 })];
  const peer = [round({ wallMs: 20, cpuMs: 20 })];
  expect(judged(atLeast(2), ours, peer).met).toBe(true);
  expect(judged(atLeast(2.01), ours, peer).met).toBe(false);
  const cpu = { metric: 'cpu', of: 'ours', against: 'peer' } as const;
  expect(judged({ ...cpu, atMost: 1.5 }, ours, peer).met).toBe(true);
  expect(judged({ ...cpu, atMost: 1.49 }, ours, peer).met).toBe(false);
});

test('a ratio of memory is that of the medians, because single rounds grow in jumps', () => {
  expect(ratioOf('memory', [0, 100, 900], [400, 200, 0])).toBe(0.5);
});

test('memory that the peer did not take is no ratio, and the target is missed', () => {
  expect(ratioOf('memory', [10, 10, 10], [0, -5, 100])).toBeUndefined();
  const memory = { metric: 'memory', of: 'ours', against: 'peer', atMost: 1 } as const;
  const { targets, met } = judged(memory, [round({})], [round({})]);
  expect(targets[0]).toMatchObject({ ratio: undefined, met: false });
  expect(met).toBe(false);
});

test('costs are per operation, the server’s included', () => {
  const ours = [
    round({ cpuMs: 50, memory: { rssBytes: 2_000, heapBytes: 1_000 }, serverCpuMs: 25 }),
  ];
  const [result] = judged(atLeast(1), ours, ours).variants;
  expect(result?.cpu.median).toBe(0.5);
  expect(result?.memory?.rss.median).toBe(20);
  expect(result?.memory?.heap.median).toBe(10);
  expect(result?.serverCpu?.median).toBe(0.25);
});
