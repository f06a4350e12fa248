import { pause, untilAborted } from './clock.js';
import type { Endpoint } from './endpoint.js';
import { adopt, shapeOf } from './failure.js';
import { follow } from './follow.js';
import type {
  Clock,
  Notification,
  Random,
  SessionSource,
  Subscription,
  SubscriptionFilter,
} from './ports.js';
import { tell } from './tell.js';

const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;

/** How to listen. */
export interface ListeningOptions {
  /** Is told of each change. What it throws, or rejects with, is ignored. */
  readonly onNotification: (notification: Notification) => void;
  /**
   * The subscription was lost and is back: what changed in between was not told, so look again.
   */
  readonly onResume?: (() => void) | undefined;
  /** An attempt to listen again failed; the next one comes after a pause. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Ends the subscription. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How long the server may take to acknowledge, ms; 0 or Infinity: no limit.
   * @default the client's `timeoutMs`
   */
  readonly timeoutMs?: number | undefined;
}

/** A subscription that outlives its connections. */
export interface Listening {
  /** What the server agreed to, the last time that it was asked. */
  readonly honored: SubscriptionFilter;
  /**
   * How it ended: `undefined` if by `close()` or the signal, else the error that no waiting mends.
   * Never rejects.
   */
  readonly closed: Promise<unknown>;
  close(): Promise<void>;
}

export interface Listener {
  readonly sessions: SessionSource<Endpoint>;
  readonly endpoint: Endpoint;
  readonly filter: SubscriptionFilter;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  /** The first pause before listening again; doubled each time, up to `maxMs`, all but half by chance. */
  readonly backoff: { readonly baseMs: number; readonly maxMs: number };
}

/** A subscription that is being opened, or is open. */
export interface Opening extends Listening {
  /** Resolves when the server has agreed for the first time; rejects if it does not. */
  readonly opened: Promise<void>;
  /** @param reason - what `opened` rejects with, if it has not resolved */
  close(reason?: unknown): Promise<void>;
}

/**
 * Listens until told to stop: on one background lease at a time, and on another session when that
 * one is lost, retires or ends the subscription.
 */
export function listen(setup: Listener, options: ListeningOptions): Opening {
  const { sessions, endpoint, filter, clock, random, backoff } = setup;
  const stop = new AbortController();
  const unfollow = follow(options.signal, () => stop.abort(options.signal?.reason));

  let honored: SubscriptionFilter = {};
  let isOpen = false;
  let failures = 0;
  let settle: { resolve(): void; reject(error: unknown): void } | undefined;
  const opened = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });

  /** Listens on one session until that ends, and says whether to wait before the next. */
  const ride = (): Promise<'at once' | 'later'> =>
    sessions.use(
      endpoint,
      async (session, lease) => {
        const subscription = await session
          .listen(filter, {
            signal: stop.signal,
            timeoutMs: options.timeoutMs ?? setup.timeoutMs,
            onNotification: (notification) => tell(options.onNotification, notification),
          })
          .catch((error) => {
            throw adopt(error, session.report?.(error) === true);
          });
        const since = clock.now();
        honored = subscription.honored;
        if (isOpen) tell(options.onResume, undefined);
        isOpen = true;
        settle?.resolve();
        const next = await over(subscription, stop.signal, lease?.retiring);
        if (clock.now() - since > backoff.maxMs) failures = 0;
        return next;
      },
      { signal: stop.signal, background: true },
    );

  // The one place that decides: listen again, wait first, or give up.
  const run = async (): Promise<unknown> => {
    while (!stop.signal.aborted) {
      let next: 'at once' | 'later';
      try {
        next = await ride();
      } catch (error) {
        if (stop.signal.aborted) return undefined;
        if (!isOpen || isFinal(error)) return error;
        tell(options.onError, error);
        next = 'later';
      }
      if (next === 'later') {
        const ceiling = Math.min(backoff.maxMs, backoff.baseMs * 2 ** failures++);
        await pause(clock, ceiling * (0.5 + random() / 2), stop.signal);
      }
    }
    return undefined;
  };

  const closed = run().then((error) => {
    unfollow();
    settle?.reject(error ?? stop.signal.reason);
    return error;
  });
  return {
    get honored() {
      return honored;
    },
    opened,
    closed,
    async close(reason) {
      stop.abort(reason);
      await closed;
    },
  };
}

/** Waits for the end of one subscription, and brings it about if its session retires. */
async function over(
  subscription: Subscription,
  stop: AbortSignal,
  retiring: AbortSignal | undefined,
): Promise<'at once' | 'later'> {
  const end = new AbortController();
  const leave = () => end.abort();
  const stays = [follow(stop, leave), follow(retiring, leave)];
  try {
    await untilAborted(subscription.closed, end.signal);
    return 'later';
  } catch {
    await subscription.close().catch(() => {});
    // A session that is lost retires as well, but everybody else has lost it at the same moment.
    return (await subscription.closed) === 'local' ? 'at once' : 'later';
  } finally {
    for (const stay of stays) stay();
  }
}

/** Whether asking again would change nothing: the server does not know how to, or says never. */
function isFinal(error: unknown): boolean {
  const { rpcCode, retryable } = shapeOf(error);
  if (rpcCode === undefined) return retryable === false;
  return rpcCode === METHOD_NOT_FOUND || rpcCode === INVALID_PARAMS;
}
