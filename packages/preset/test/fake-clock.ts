import type { FakeClock } from '../../../test/fake-clock.js';

export { FakeClock, flush } from '../../../test/fake-clock.js';

/** Lets time pass until the call has ended. */
export async function ended(clock: FakeClock, call: Promise<unknown>): Promise<void> {
  let waiting = true;
  void call.then(() => {
    waiting = false;
  });
  while (waiting) await clock.advance(500);
}
