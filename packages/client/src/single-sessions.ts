import { checkOptions, checkRequired, count, having } from './check.js';
import { untilAborted } from './clock.js';
import type { Endpoint } from './endpoint.js';
import { SessionError } from './errors.js';
import type { Session, SessionSource } from './ports.js';
import type { SessionFactory } from './session-factory.js';

export interface SingleSessionsOptions {
  /**
   * Sessions held at the same time. Above it, the one that was idle for longest is closed.
   * @default 100
   */
  readonly maxSessions?: number;
}

/** What {@link singleSessions} holds. */
export interface SingleSessionsStats {
  /** Sessions open or being opened. */
  readonly sessions: number;
  /** Calls that run or wait for their session. */
  readonly inFlight: number;
}

interface Entry {
  readonly key: string;
  readonly opening: Promise<Session>;
  /** Calls the dial off. */
  readonly abort: AbortController;
  /** Tells long streams to move. */
  readonly retiring: AbortController;
  users: number;
  lost: boolean;
  ended: boolean;
}

/**
 * One session per endpoint and scope, shared by all calls: for those who want no pool. It is opened
 * by the first call, and replaced when it is lost or the server drains.
 *
 * @throws ConfigError if an option is wrong or unknown
 */
export function singleSessions(
  factory: SessionFactory,
  options: SingleSessionsOptions = {},
): SessionSource<Endpoint, SingleSessionsStats> {
  checkRequired({ factory }, { factory: having('create', 'destroy', 'keyOf', 'watch') });
  checkOptions('singleSessions', options, { maxSessions: count(1) });
  const { maxSessions = 100 } = options;
  // In the order of use: the first is the one that was not used for longest.
  const entries = new Map<string, Entry>();
  const leaving = new Set<Entry>();
  let closed = false;

  function enter(endpoint: Endpoint): Entry {
    const key = factory.keyOf(endpoint);
    const found = entries.get(key);
    entries.delete(key);
    const entry = found ?? open(endpoint, key);
    entries.set(key, entry);
    entry.users++;
    if (found === undefined) makeRoom();
    return entry;
  }

  function open(endpoint: Endpoint, key: string): Entry {
    const abort = new AbortController();
    const opening = factory.create(endpoint, { signal: abort.signal });
    const retiring = new AbortController();
    const entry: Entry = { key, opening, abort, retiring, users: 0, lost: false, ended: false };
    opening.then(
      (session) =>
        factory.watch(session, {
          lost: () => {
            entry.lost = true;
            remove(entry, 'lost');
          },
          retire: () => remove(entry, 'retired'),
        }),
      () => remove(entry, 'failed'),
    );
    return entry;
  }

  function makeRoom(): void {
    if (entries.size <= maxSessions) return;
    for (const entry of entries.values()) {
      if (entry.users > 0) continue;
      remove(entry, 'displaced');
      return;
    }
  }

  /** Out of service at once; closed when its last user has left. */
  function remove(entry: Entry, reason: string): void {
    if (entries.get(entry.key) === entry) entries.delete(entry.key);
    if (entry.users === 0 || entry.lost) void end(entry, reason);
    else {
      leaving.add(entry);
      entry.retiring.abort(reason);
    }
  }

  async function end(entry: Entry, reason: string): Promise<void> {
    leaving.delete(entry);
    if (entry.ended) return;
    entry.ended = true;
    entry.retiring.abort(reason);
    entry.abort.abort(new SessionError(`the session was ${reason}`, 'not-sent'));
    try {
      await factory.destroy(await entry.opening, reason);
    } catch {
      // It never opened, or could not be closed: either way it is gone.
    }
  }

  function leave(entry: Entry, opened: boolean): void {
    entry.users--;
    if (entry.users > 0) return;
    if (leaving.has(entry)) void end(entry, 'retired');
    // Nobody waits for it any more: a dial that hangs must not stay.
    else if (!opened) remove(entry, 'abandoned');
  }

  return {
    async use(endpoint, fn, { signal } = {}) {
      if (closed) throw new SessionError('the sessions are closed', 'not-sent', { redial: false });
      signal?.throwIfAborted();
      const entry = enter(endpoint);
      let opened = false;
      try {
        const session = await untilAborted(entry.opening, signal);
        opened = true;
        return await fn(session, { retiring: entry.retiring.signal });
      } finally {
        leave(entry, opened);
      }
    },
    async evict(endpoint) {
      factory.forget?.(endpoint);
      const entry = entries.get(factory.keyOf(endpoint));
      if (entry !== undefined) remove(entry, 'evicted');
    },
    async clear() {
      factory.forget?.();
      for (const entry of [...entries.values()]) remove(entry, 'evicted');
    },
    stats(endpoint) {
      const key = endpoint === undefined ? undefined : factory.keyOf(endpoint);
      const held = key === undefined ? [...entries.values(), ...leaving] : [entries.get(key)];
      const counted = held.filter((entry) => entry !== undefined);
      const inFlight = counted.reduce((sum, entry) => sum + entry.users, 0);
      return { sessions: counted.length, inFlight };
    },
    async close() {
      closed = true;
      const all = [...entries.values(), ...leaving];
      entries.clear();
      leaving.clear();
      await Promise.all(all.map((entry) => end(entry, 'closed')));
    },
  };
}
