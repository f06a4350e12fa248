import { expect, onTestFinished, test } from 'vitest';
import type { Sample } from '../src/sample.js';
import { startWorker } from '../src/worker.js';

const module = new URL('./fixtures/behave.ts', import.meta.url).href;

function variant(deadlineMs: number) {
  const worker = startWorker({
    name: 'variant "x"',
    entry: new URL('../src/variant-process.ts', import.meta.url),
    deadlineMs,
    signal: new AbortController().signal,
  });
  onTestFinished(() => worker.end());
  return worker;
}

const SLOW = 60_000;

test('a silent process is ended at its deadline, and stays ended', { timeout: SLOW }, async () => {
  const worker = variant(1);
  const error = { code: 'WORKER', message: 'variant "x" did not finish "run" within 1 ms' };
  await expect(worker.ask({ ask: 'run', ops: 1, withMemory: false })).rejects.toMatchObject(error);
  await expect(worker.ask({ ask: 'run', ops: 1, withMemory: false })).rejects.toMatchObject(error);
});

test('memory counts what a round keeps, not what it leaves to the collector', {
  timeout: SLOW,
}, async () => {
  const worker = variant(30_000);
  const grown = async (params: object) => {
    await worker.ask({ ask: 'setup', module, context: { params } });
    const { memory } = (await worker.ask({ ask: 'run', ops: 1_000, withMemory: true })) as Sample;
    return memory?.heapBytes ?? Number.NaN;
  };
  expect(await grown({ allocate: 1_000, keep: true })).toBeGreaterThan(7_000_000);
  expect(await grown({ allocate: 1_000, keep: false })).toBeLessThan(1_000_000);
});

test('a variant that throws in its set-up is named', { timeout: SLOW }, async () => {
  await expect(
    variant(30_000).ask({ ask: 'setup', module, context: { params: { setup: 'throw' } } }),
  ).rejects.toThrow('variant "x" threw in "setup": no such peer');
});

test('a module that is not there says that packages may not be built', {
  timeout: SLOW,
}, async () => {
  await expect(
    variant(30_000).ask({ ask: 'setup', module: `${module}x`, context: {} }),
  ).rejects.toThrow(/variant "x" threw in "setup": .*behave\.tsx.*are the packages built\?/s);
});
