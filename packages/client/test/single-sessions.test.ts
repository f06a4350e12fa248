import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import { isConfigError, type Session, type SessionFactory, singleSessions } from '../src/index.js';

interface Fake {
  readonly key: string;
  lost(): void;
  retire(): void;
}

/** A factory of sessions that only know their key, made by hand. */
function workshop(options: { hang?: boolean } = {}) {
  const open = new Map<Session, Fake>();
  const made: Fake[] = [];
  const pending: { resolve(): void; reject(error: unknown): void; signal: AbortSignal }[] = [];
  let destroyed = 0;
  const factory: SessionFactory = {
    create: (endpoint, { signal }) =>
      new Promise((resolve, reject) => {
        const session = {} as Session;
        const finish = () => {
          const fake: Fake = { key: String(endpoint), lost: () => {}, retire: () => {} };
          open.set(session, fake);
          made.push(fake);
          resolve(session);
        };
        pending.push({ resolve: finish, reject, signal });
        if (!options.hang) finish();
      }),
    destroy: async (session) => {
      destroyed++;
      expect(open.delete(session)).toBe(true);
    },
    watch: (session, hooks) => {
      Object.assign(open.get(session) ?? expect.fail(), hooks);
      return () => {};
    },
    validate: () => true,
    mayGrow: () => false,
    keyOf: String,
  };
  return { factory, open, made, pending, destroyed: () => destroyed };
}

/** A call that runs until it is told to end. */
function call(source: ReturnType<typeof singleSessions>, key: string) {
  let end = () => {};
  let session: Session | undefined;
  let retiring: AbortSignal | undefined;
  const done = source.use(key, (given, lease) => {
    session = given;
    retiring = lease?.retiring;
    return new Promise<void>((resolve) => {
      end = resolve;
    });
  });
  return { end: () => end(), done, session: () => session, retiring: () => retiring };
}

describe('a source of single sessions', () => {
  it('opens one session for all calls of a key, and keeps it', async () => {
    const { factory, made } = workshop();
    const source = singleSessions(factory);
    const seen = await Promise.all([1, 2, 3].map(() => source.use('a', (session) => session)));
    seen.push(await source.use('a', (session) => session));
    expect(new Set(seen).size).toBe(1);
    await source.use('b', () => {});
    expect(made.map(({ key }) => key)).toEqual(['a', 'b']);
    expect(source.stats()).toEqual({ sessions: 2, inFlight: 0 });
    expect(source.stats('a')).toEqual({ sessions: 1, inFlight: 0 });
    expect(source.stats('none')).toEqual({ sessions: 0, inFlight: 0 });
  });

  it('lets running calls end on a session that retires, and serves new ones by another', async () => {
    const { factory, made, open } = workshop();
    const source = singleSessions(factory);
    const running = call(source, 'a');
    await flush();
    made[0]?.retire();
    expect(running.retiring()?.aborted).toBe(true);
    await source.use('a', (session) => expect(session).not.toBe(running.session()));
    expect(open.size).toBe(2);
    expect(source.stats()).toEqual({ sessions: 2, inFlight: 1 });
    running.end();
    await running.done;
    expect(open.size).toBe(1);
  });

  it('ends a lost session at once, whoever uses it', async () => {
    const { factory, made, open } = workshop();
    const source = singleSessions(factory);
    const running = call(source, 'a');
    await flush();
    made[0]?.lost();
    await flush();
    expect(open.size).toBe(0);
    running.end();
    await running.done;
    await source.use('a', () => {});
    expect(made).toHaveLength(2);
  });

  it('tries again after a session could not be opened', async () => {
    const { factory, pending } = workshop({ hang: true });
    const source = singleSessions(factory);
    const first = source.use('a', () => {});
    pending[0]?.reject(new Error('refused'));
    await expect(first).rejects.toThrow('refused');
    const second = source.use('a', () => 'served');
    pending[1]?.resolve();
    expect(await second).toBe('served');
  });

  it('calls a dial off when the last one who waits has left', async () => {
    const { factory, pending, open } = workshop({ hang: true });
    const source = singleSessions(factory);
    const one = new AbortController();
    const two = new AbortController();
    const calls = [one, two].map(({ signal }) =>
      source.use('a', () => {}, { signal }).catch((reason) => reason),
    );
    one.abort('first');
    expect(await calls[0]).toBe('first');
    expect(pending[0]?.signal.aborted).toBe(false);
    two.abort('second');
    expect(await calls[1]).toBe('second');
    expect(pending[0]?.signal.aborted).toBe(true);
    pending[0]?.resolve();
    await flush();
    expect(open.size).toBe(0);
    expect(source.stats()).toEqual({ sessions: 0, inFlight: 0 });
  });

  it('holds maxSessions at most, as long as one is idle', async () => {
    const { factory, open } = workshop();
    const source = singleSessions(factory, { maxSessions: 2 });
    const busy = call(source, 'a');
    await source.use('b', () => {});
    await source.use('c', () => {});
    await flush();
    expect([...open.values()].map(({ key }) => key)).toEqual(['a', 'c']);
    const others = ['c', 'd'].map((key) => call(source, key));
    await flush();
    expect([...open.values()].map(({ key }) => key)).toEqual(['a', 'c', 'd']);
    for (const each of [busy, ...others]) each.end();
    await busy.done;
  });

  it('evicts one key or all', async () => {
    const { factory, open } = workshop();
    const source = singleSessions(factory);
    for (const key of ['a', 'b', 'c']) await source.use(key, () => {});
    await source.evict('a');
    await flush();
    expect([...open.values()].map(({ key }) => key)).toEqual(['b', 'c']);
    await source.clear();
    await flush();
    expect(open.size).toBe(0);
  });

  it('once closed serves nobody', async () => {
    const { factory, open } = workshop();
    const source = singleSessions(factory);
    await source.use('a', () => {});
    await source.close();
    expect(open.size).toBe(0);
    const late = source.use('a', () => {});
    await expect(late).rejects.toMatchObject({
      code: 'SESSION',
      delivery: 'not-sent',
      retryable: false,
    });
    await source.close();
  });

  it('destroys every session exactly once, whatever happens', async () => {
    const step = fc.tuple(
      fc.constantFrom('use', 'end', 'lost', 'retire', 'evict', 'clear'),
      fc.nat(3),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.nat(2), async (steps, extra) => {
        const { factory, made, open, destroyed } = workshop();
        const source = singleSessions(factory, { maxSessions: 1 + extra });
        const running: ReturnType<typeof call>[] = [];
        for (const [what, which] of steps) {
          if (what === 'use') running.push(call(source, `k${which}`));
          if (what === 'end') running[which]?.end();
          if (what === 'lost') made[which]?.lost();
          if (what === 'retire') made[which]?.retire();
          if (what === 'evict') await source.evict(`k${which}`);
          if (what === 'clear') await source.clear();
          await flush();
        }
        for (const { end } of running) end();
        await Promise.all(running.map(({ done }) => done));
        await source.close();
        await flush();
        expect(open.size).toBe(0);
        expect(destroyed()).toBe(made.length);
        expect(source.stats()).toEqual({ sessions: 0, inFlight: 0 });
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['factory', undefined, {}],
    ['maxSessions', workshop().factory, { maxSessions: 0 }],
    ['max', workshop().factory, { max: 1 }],
  ])('wants a right %s', (option, factory, options) => {
    expect(() => singleSessions(factory as never, options as never)).toThrow(
      expect.toSatisfy((error) => isConfigError(error) && error.option === option),
    );
  });
});
