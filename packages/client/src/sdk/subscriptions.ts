import type { Client } from '@modelcontextprotocol/client';
import { isObject } from '../check.js';
import { after, untilAborted } from '../clock.js';
import { TimeoutError } from '../errors.js';
import { follow } from '../follow.js';
import type {
  Clock,
  JsonObject,
  ListenOptions,
  Notification,
  RequestOptions,
  SessionInfo,
  Subscription,
  SubscriptionFilter,
} from '../ports.js';
import { tell } from '../tell.js';
import type { Link } from './link.js';
import { Resources } from './resources.js';

type Listen = ListenOptions['onNotification'];
type End = 'local' | 'graceful' | 'remote';

interface Requester {
  readonly info: SessionInfo;
  request(method: string, params?: JsonObject, options?: RequestOptions): Promise<JsonObject>;
}

/** The subscriptions of one session, and who hears of which notification. */
export class Subscriptions {
  readonly #session: Requester;
  readonly #client: Client;
  readonly #link: Link;
  readonly #clock: Clock;
  /** Modern: by the subscription's id. */
  readonly #byId = new Map<unknown, Listen>();
  /** Legacy: the server tells everything to everybody. */
  readonly #filtered = new Set<{ readonly filter: SubscriptionFilter; readonly tell: Listen }>();
  /** Legacy. */
  readonly #resources: Resources;

  constructor(
    session: Requester,
    client: Client,
    link: Link,
    clock: Clock,
    others: ((notification: Notification) => void) | undefined,
  ) {
    this.#session = session;
    this.#client = client;
    this.#link = link;
    this.#clock = clock;
    this.#resources = new Resources((method, uri, timeoutMs) =>
      session.request(method, { uri }, { timeoutMs }),
    );
    link.onnotification = (notification, id) => {
      const listener = id === undefined ? undefined : this.#byId.get(id);
      if (listener !== undefined) return tell(listener, notification);
      for (const entry of [...this.#filtered]) {
        if (covers(entry.filter, notification)) tell(entry.tell, notification);
      }
      tell(others, notification);
    };
  }

  open(filter: SubscriptionFilter, options: ListenOptions, timeout: number): Promise<Subscription> {
    return this.#session.info.era === 'modern'
      ? this.#openModern(filter, options, timeout)
      : this.#openLegacy(filter, options, timeout);
  }

  async #openModern(
    filter: SubscriptionFilter,
    { signal, onNotification }: ListenOptions,
    timeout: number,
  ): Promise<Subscription> {
    let id: unknown;
    this.#link.onlisten = (sent) => {
      id = sent;
      this.#byId.set(sent, onNotification);
    };
    const { resourceSubscriptions, ...flags } = filter;
    const wanted = {
      ...flags,
      ...(resourceSubscriptions && { resourceSubscriptions: [...resourceSubscriptions] }),
    };
    const opening = this.#client.listen(wanted, { timeout, ...(signal && { signal }) });
    // It has been sent by now: the SDK does that before it first waits.
    this.#link.onlisten = undefined;
    try {
      const { honoredFilter, closed, close } = await opening;
      void closed.then(() => this.#byId.delete(id));
      return { honored: honoredFilter, closed, close };
    } catch (error) {
      this.#byId.delete(id);
      throw error;
    }
  }

  /** Before 2026-07-28, list changes come unasked and resources are subscribed to one by one. */
  async #openLegacy(
    filter: SubscriptionFilter,
    { signal, onNotification }: ListenOptions,
    timeout: number,
  ): Promise<Subscription> {
    const honored = withinCapabilities(filter, this.#session.info.capabilities);
    const entry = { filter: honored, tell: onNotification };
    const uris = [...new Set(honored.resourceSubscriptions)];
    const release = async () => {
      if (!this.#filtered.delete(entry)) return;
      await Promise.all(uris.map((uri) => this.#resources.drop(uri)));
    };
    this.#filtered.add(entry);
    const late = new AbortController();
    const stay = follow(signal, () => late.abort(signal?.reason));
    const disarm = after(this.#clock, timeout, () => {
      late.abort(new TimeoutError(`no answer to a subscription within ${timeout} ms`, timeout));
    });
    try {
      const wanting = uris.map((uri) => this.#resources.want(uri, timeout));
      await untilAborted(Promise.all(wanting), late.signal);
    } catch (error) {
      void release();
      throw error;
    } finally {
      disarm();
      stay();
    }
    let end: (how: End) => void = () => {};
    const closed = new Promise<End>((resolve) => {
      end = resolve;
    });
    let leave = () => {};
    const close = async () => {
      leave();
      end('local');
      await release();
    };
    leave = follow(signal, () => void close());
    void this.#link.closed.then(() => {
      leave();
      this.#filtered.delete(entry);
      end('remote');
    });
    return { honored, closed, close };
  }
}

function covers(filter: SubscriptionFilter, { method, params }: Notification): boolean {
  switch (method) {
    case 'notifications/tools/list_changed':
      return filter.toolsListChanged === true;
    case 'notifications/prompts/list_changed':
      return filter.promptsListChanged === true;
    case 'notifications/resources/list_changed':
      return filter.resourcesListChanged === true;
    case 'notifications/resources/updated':
      return filter.resourceSubscriptions?.includes(String(params?.uri)) === true;
    default:
      return false;
  }
}

function withinCapabilities(
  filter: SubscriptionFilter,
  capabilities: JsonObject,
): SubscriptionFilter {
  const can = (group: string, ability: string) => {
    const abilities = capabilities[group];
    return isObject(abilities) && abilities[ability] === true;
  };
  const { toolsListChanged, promptsListChanged, resourcesListChanged, resourceSubscriptions } =
    filter;
  return {
    ...(toolsListChanged && can('tools', 'listChanged') && { toolsListChanged }),
    ...(promptsListChanged && can('prompts', 'listChanged') && { promptsListChanged }),
    ...(resourcesListChanged && can('resources', 'listChanged') && { resourcesListChanged }),
    ...(resourceSubscriptions && can('resources', 'subscribe') && { resourceSubscriptions }),
  };
}
