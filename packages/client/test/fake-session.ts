import type { Session, SessionClosed, SessionFactory } from '../src/index.js';

/** A session whose answers are made up, with nothing on the other side. */
export function fakeSession(
  answer: Session['request'],
  more: Partial<Session> = {},
): Session & { end(info?: SessionClosed): void } {
  let end: (info: SessionClosed) => void = () => {};
  const closed = new Promise<SessionClosed>((resolve) => {
    end = resolve;
  });
  return {
    request: answer,
    notify: async () => {},
    listen: () => Promise.reject(new Error('not here')),
    info: { era: 'modern', protocolVersion: '2026-07-28', capabilities: {} },
    closed,
    close: async () => end({}),
    end: (info = {}) => end(info),
    ...more,
  };
}

/** A source that hands out one session to everybody. */
export const always = (session: Session) => ({
  use: async <R>(_: unknown, fn: (session: Session) => R | PromiseLike<R>) => fn(session),
  evict: async () => {},
  clear: async () => {},
  stats: () => 0,
  close: () => session.close(),
});

export type { SessionFactory };
