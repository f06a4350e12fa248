const LOOK_EVERY_MS = 500;

/**
 * Ends this process as SIGTERM would when npm, which started it, is gone: told to end, npm ends
 * itself and leaves what it runs running. Where nobody but a shell started it, does nothing.
 */
export function endWithParent() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_EVERY_MS);
  timer.unref();
}
