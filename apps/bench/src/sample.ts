/** What one variant's process measured of itself in one round. */
export interface Sample {
  readonly ops: number;
  readonly wallMs: number;
  /** User and system time of all threads of the process. */
  readonly cpuMs: number;
  /** Growth of the resident set, garbage collected before both readings. */
  readonly rssBytes: number;
  readonly heapBytes: number;
}

/** Runs one round in this process and measures it. */
export async function takeSample(
  run: (ops: number) => void | Promise<void>,
  ops: number,
): Promise<Sample> {
  const memory = readMemory();
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  await run(ops);
  const wallNs = process.hrtime.bigint() - start;
  const { user, system } = process.cpuUsage(cpu);
  const after = readMemory();
  return {
    ops,
    wallMs: Number(wallNs) / 1e6,
    cpuMs: (user + system) / 1e3,
    rssBytes: after.rss - memory.rss,
    heapBytes: after.heapUsed - memory.heapUsed,
  };
}

function readMemory(): NodeJS.MemoryUsage {
  globalThis.gc?.();
  return process.memoryUsage();
}
