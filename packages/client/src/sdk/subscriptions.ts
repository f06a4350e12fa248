import type { Client } from '@modelcontextprotocol/client';
import { isObject } from '../check.js';
import type {
  JsonObject,
  ListenOptions,
  Notification,
  SessionInfo,
  Subscription,
  SubscriptionFilter,
} from '../ports.js';
import type { Link } from './link.js';

type Listen = ListenOptions['onNotification'];
type End = 'local' | 'graceful' | 'remote';

interface Requester {
  readonly info: SessionInfo;
  request(method: string, params?: JsonObject): Promise<JsonObject>;
}

/** The subscriptions of one session, and who hears of which notification. */
export class Subscriptions {
  readonly #session: Requester;
  readonly #client: Client;
  readonly #link: Link;
  /** Modern: by the subscription's id. */
  readonly #byId = new Map<unknown, Listen>();
  /** Legacy: the server tells everything to everybody. */
  readonly #filtered = new Set<{ readonly filter: SubscriptionFilter; readonly tell: Listen }>();
  /** Legacy: how many want updates of a resource. */
  readonly #wanted = new Map<string, number>();

  constructor(
    session: Requester,
    client: Client,
    link: Link,
    others: ((notification: Notification) => void) | undefined,
  ) {
    this.#session = session;
    this.#client = client;
    this.#link = link;
    link.onnotification = (notification, id) => {
      const tell = id === undefined ? undefined : this.#byId.get(id);
      if (tell !== undefined) return tell(notification);
      for (const { filter, tell } of this.#filtered)
        if (covers(filter, notification)) tell(notification);
      others?.(notification);
    };
  }

  open(filter: SubscriptionFilter, options: ListenOptions, timeout: number): Promise<Subscription> {
    return this.#session.info.era === 'modern'
      ? this.#openModern(filter, options, timeout)
      : this.#openLegacy(filter, options);
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
  ): Promise<Subscription> {
    const honored = withinCapabilities(filter, this.#session.info.capabilities);
    const entry = { filter: honored, tell: onNotification };
    const uris = honored.resourceSubscriptions ?? [];
    this.#filtered.add(entry);
    const release = async (ofUris: readonly string[]) => {
      this.#filtered.delete(entry);
      await Promise.all(ofUris.map((uri) => this.#unsubscribe(uri).catch(() => {})));
    };
    const subscribed: string[] = [];
    try {
      for (const uri of uris) {
        await this.#subscribe(uri);
        subscribed.push(uri);
        signal?.throwIfAborted();
      }
    } catch (error) {
      await release(subscribed);
      throw error;
    }
    let end: (how: End) => void = () => {};
    const closed = new Promise<End>((resolve) => {
      end = resolve;
    });
    const close = async () => {
      signal?.removeEventListener('abort', close);
      end('local');
      if (this.#filtered.has(entry)) await release(subscribed);
    };
    signal?.addEventListener('abort', close, { once: true });
    void this.#link.closed.then(() => {
      signal?.removeEventListener('abort', close);
      this.#filtered.delete(entry);
      end('remote');
    });
    return { honored, closed, close };
  }

  async #subscribe(uri: string): Promise<void> {
    const wanted = this.#wanted.get(uri) ?? 0;
    if (wanted === 0) await this.#session.request('resources/subscribe', { uri });
    this.#wanted.set(uri, (this.#wanted.get(uri) ?? 0) + 1);
  }

  async #unsubscribe(uri: string): Promise<void> {
    const wanted = this.#wanted.get(uri) ?? 0;
    if (wanted > 1) {
      this.#wanted.set(uri, wanted - 1);
      return;
    }
    this.#wanted.delete(uri);
    await this.#session.request('resources/unsubscribe', { uri });
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
