import { readdir } from 'node:fs/promises';
import { BenchError } from './bench-error.js';
import type { Bench } from './define.js';

const SUFFIX = '.bench.ts';

/** The names of the benches in a folder (a URL that ends in a slash), sorted. */
export async function benchNames(folder: URL): Promise<string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort();
}

/** @throws BenchError `DEFINITION` if its file does not load or defines no bench. */
export async function loadBench(folder: URL, name: string): Promise<Bench> {
  try {
    const module = (await import(new URL(name + SUFFIX, folder).href)) as { default?: Bench };
    if (module.default?.variants instanceof Map) return module.default;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new BenchError('DEFINITION', `${name}${SUFFIX}: ${message}`, { cause });
  }
  throw new BenchError('DEFINITION', `${name}${SUFFIX} does not export default defineBench(...)`);
}
