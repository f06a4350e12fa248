import { flush, FakeClock as SharedClock } from '../../../test/fake-clock.js';

export { flush as turn } from '../../../test/fake-clock.js';

export class FakeClock extends SharedClock {
  // A policy sets its timers some promises after the call.
  override async advance(ms: number): Promise<void> {
    await flush();
    await super.advance(ms);
  }

  /** Runs everything to its end, at most `limit` timers. */
  async run(limit = 10_000): Promise<void> {
    await flush();
    for (let fired = 0; this.timers > 0 && fired < limit; fired++) {
      await this.advance(this.untilNext);
    }
  }
}
