import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Collects all that is garbage by now, and lets everybody who waits for that know. */
export async function collectGarbage(): Promise<void> {
  let collected = false;
  const registry = new FinalizationRegistry(() => {
    collected = true;
  });
  registry.register({}, undefined);
  // Twice: what is told of the first garbage may leave more.
  for (let rounds = 0; rounds < 2 || !collected; rounds++) {
    gc();
    for (let turns = 0; turns < 5; turns++) await setImmediate();
  }
}
