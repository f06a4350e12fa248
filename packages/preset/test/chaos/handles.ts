import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';

type Counts = Readonly<Record<string, number>>;

/** What keeps the process alive, by kind. */
export function resources(): Counts {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** Waits until nothing more than `before` keeps the process alive. */
export async function expectNoMoreThan(before: Counts): Promise<void> {
  // A socket that was destroyed is gone a moment later.
  for (let waits = 0; waits < 100 && surplus(before).length > 0; waits++) await sleep(20);
  expect(surplus(before)).toEqual([]);
}

function surplus(before: Counts): string[] {
  return Object.entries(resources())
    .filter(([kind, count]) => count > (before[kind] ?? 0))
    .map(([kind, count]) => `${kind}: ${count} > ${before[kind] ?? 0}`);
}
