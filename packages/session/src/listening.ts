import { onAbort } from './abort.js';
import { ProtocolError, TimeoutError } from './errors.js';
import type { Entry, Exchange } from './exchange.js';
import { isObject } from './json.js';
import { check, duration } from './options.js';
import type { ListenOptions, Subscription, SubscriptionFilter } from './ports.js';
import { errorIn } from './rpc-error.js';
import { tell } from './tell.js';

type Ending = 'local' | 'graceful' | 'remote';

/** Opens one `subscriptions/listen`: a request whose answer is its end. */
export function listen(
  exchange: Exchange,
  filter: SubscriptionFilter,
  options: ListenOptions,
): Promise<Subscription> {
  // What throws in here rejects.
  return new Promise((resolve, reject) => {
    const { settings } = exchange;
    const { signal, timeoutMs = settings.timeoutMs, onNotification } = options;
    check('timeoutMs', timeoutMs, duration);
    exchange.admit(signal);
    let state: 'opening' | 'open' | 'over' = 'opening';
    let resolveClosed: (ending: Ending) => void;
    const closed = new Promise<Ending>((close) => {
      resolveClosed = close;
    });

    const end = (ending: Ending, error: unknown = endedEarly()) => {
      state = 'over';
      exchange.remove(entry);
      unlisten?.();
      // One of them: what is settled stays as it is.
      reject(error);
      resolveClosed(ending);
    };
    const giveUp = async (error?: unknown) => {
      if (state === 'over') return;
      end('local', error);
      await exchange.cancel(entry);
    };
    const entry: Entry & { deadline: number } = {
      id: 0,
      method: 'subscriptions/listen',
      waiting: true,
      deadline: timeoutMs > 0 ? settings.clock.now() + timeoutMs : Infinity,
      onNotification(method, params) {
        const acknowledges = method === 'notifications/subscriptions/acknowledged';
        if (acknowledges !== (state === 'opening')) {
          exchange.violation('subscription-order', method);
        } else if (acknowledges) {
          state = 'open';
          entry.deadline = Infinity;
          const { notifications: honored } = params;
          resolve({ honored: isObject(honored) ? honored : {}, closed, close: () => giveUp() });
        } else tell(onNotification, { method, params });
      },
      onAnswer: ({ result, error }) =>
        end(isObject(result) ? 'graceful' : 'remote', errorIn(error)),
      onCancelled: () => end('remote'),
      onDeadline: () => void giveUp(new TimeoutError(entry.method, timeoutMs)),
      onFailure: (error) => end('remote', error),
    };
    const unlisten = onAbort(signal, giveUp);
    exchange.send(entry, { notifications: filter });
  });
}

const endedEarly = () =>
  new ProtocolError('SUBSCRIPTION_ENDED', 'the server ended the subscription before it began');
