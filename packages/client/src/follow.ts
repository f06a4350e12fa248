interface Follower {
  readonly leave: () => void;
  /** Its place in the crowd. */
  at: number;
}

const crowds = new WeakMap<AbortSignal, Follower[]>();

/**
 * Calls `leave` when `signal` aborts, at once if it has. Returns what stops that. However many calls
 * one signal ends, it has one listener of ours: Node takes more than ten for a leak, and warns.
 */
export function follow(signal: AbortSignal | undefined, leave: () => void): () => void {
  if (signal === undefined || signal.aborted) {
    if (signal !== undefined) leave();
    return () => {};
  }
  const crowd = crowds.get(signal) ?? [];
  if (crowd.length === 0) {
    crowds.set(signal, crowd);
    signal.addEventListener('abort', leaveAll, { once: true });
  }
  const me = { leave, at: crowd.length };
  crowd.push(me);
  return () => {
    // No Set: one that calls go through for ever drags what they leave behind into V8's old space.
    if (crowd[me.at] !== me) return;
    const last = crowd.pop() ?? me;
    if (last !== me) {
      crowd[me.at] = last;
      last.at = me.at;
    }
    if (crowd.length === 0) signal.removeEventListener('abort', leaveAll);
  };
}

function leaveAll(this: AbortSignal): void {
  for (const { leave } of crowds.get(this)?.splice(0) ?? []) leave();
}
