import type { Session } from '../src/index.js';

/** Waits as long as the tool makes progress, but no longer than ten minutes. */
export const build = (session: Session, signal: AbortSignal) =>
  session.request(
    'tools/call',
    { name: 'build' },
    {
      signal,
      timeoutMs: 30_000,
      resetTimeoutOnProgress: true,
      maxTotalTimeoutMs: 600_000,
      onProgress: ({ progress, total }) => console.log(`${progress} of ${total ?? '?'}`),
    },
  );
