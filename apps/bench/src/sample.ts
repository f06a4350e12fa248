/** What one variant's process measured of itself in one round. */
export interface Sample {
  readonly ops: number;
  readonly wallMs: number;
  /** User and system time of all threads of the process. */
  readonly cpuMs: number;
  /** Growth of the resident set and the heap, garbage collected before both readings. */
  readonly memory?: { readonly rssBytes: number; readonly heapBytes: number };
}

/**
 * Runs one round in this process and measures it.
 *
 * @param withMemory - Costs time: collecting all garbage also makes V8 forget the shapes of objects
 * of which there are none at that moment, and with them the code that it had compiled for these.
 */
export async function takeSample(
  run: (ops: number) => void | Promise<void>,
  ops: number,
  withMemory: boolean,
): Promise<Sample> {
  const before = withMemory ? readMemory() : undefined;
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  await run(ops);
  const wallNs = process.hrtime.bigint() - start;
  const { user, system } = process.cpuUsage(cpu);
  const sample = { ops, wallMs: Number(wallNs) / 1e6, cpuMs: (user + system) / 1e3 };
  if (before === undefined) return sample;
  const after = readMemory();
  const memory = { rssBytes: after.rss - before.rss, heapBytes: after.heapUsed - before.heapUsed };
  return { ...sample, memory };
}

function readMemory(): NodeJS.MemoryUsage {
  globalThis.gc?.();
  return process.memoryUsage();
}
