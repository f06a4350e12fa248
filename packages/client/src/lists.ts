import { allPages } from './answers.js';
import type { CallOptions } from './call-options.js';
import { type Call, type Caller, createCaller } from './calling.js';
import { isObject } from './check.js';
import type { Settings } from './client-options.js';
import { isDeadline } from './clock.js';
import { leash } from './deadlines.js';
import type { Target } from './endpoint.js';
import { shapeOf } from './failure.js';
import { Flights } from './flights.js';
import { freeze } from './freeze.js';
import { LISTS, ListCache, staleAfter } from './list-cache.js';
import type { JsonObject, Session } from './ports.js';
import type { ToolAnnotations } from './results.js';

type Items = readonly JsonObject[];

/** Which list, and where it is in the answer. */
export interface Wanted {
  readonly target: Target;
  readonly method: string;
  readonly field: string;
}

const TOOLS = 'tools/list';

/** How long a tool's annotations are believed if the server does not say. */
const ANNOTATIONS_TTL_MS = 300_000;

/** How long a call that failed waits at most for what its tool says of itself. */
const LOOKUP_TIMEOUT_MS = 5_000;

const METHOD_NOT_FOUND = -32601;

/** The lists of all endpoints: remembered, and fetched once for all who ask at the same time. */
export class Lists {
  readonly #settings: Settings<unknown>;
  readonly #call: Caller;
  readonly #bare: Caller;
  readonly #cache: ListCache;
  readonly #flights = new Flights<Items>();
  #loners = 0;

  constructor(settings: Settings<unknown>, call: Caller) {
    this.#settings = settings;
    this.#call = call;
    this.#bare = createCaller({ ...settings, policy: undefined });
    this.#cache = new ListCache(settings.clock, settings.maxCachedLists);
  }

  /** The whole list, from the cache while that is fresh. Its items are frozen. */
  async get(wanted: Wanted, options: CallOptions, refresh: boolean): Promise<Items> {
    const name = nameOf(wanted.target.key, wanted.method);
    const known = refresh ? undefined : this.#cache.get(name);
    if (known !== undefined) return known;
    const { timeoutMs, idempotent, onProgress, logLevel, meta } = options;
    // Who wants to be told, or asks in another way than the others, asks alone.
    const isPlain = onProgress === undefined && logLevel === undefined && meta === undefined;
    const kind = isPlain ? `${timeoutMs} ${idempotent}` : `#${++this.#loners}`;
    // What is under way may be older than the wish.
    if (refresh) this.#flights.forget((flight) => flight === `${name}\n${kind}`);
    return await this.#join(this.#call, kind, wanted, options);
  }

  /**
   * What a tool says of itself. Waits for the server no longer than an attempt of the call may take,
   * and never for long. Outside `policy`, which is in the middle of the very call.
   */
  async annotationsOf(
    tool: string,
    { target, signal }: Call,
    timeoutMs: number,
  ): Promise<ToolAnnotations | undefined> {
    const known = this.#cache.get(nameOf(target.key, TOOLS), ANNOTATIONS_TTL_MS);
    if (known !== undefined) return annotationsIn(known, tool);
    const leftMs = Math.min(isDeadline(timeoutMs) ? timeoutMs : Infinity, LOOKUP_TIMEOUT_MS);
    const options = { timeoutMs: LOOKUP_TIMEOUT_MS, maxTotalTimeoutMs: leftMs, signal };
    const wanted = { target, method: TOOLS, field: 'tools' };
    return annotationsIn(await this.#join(this.#bare, 'lookup', wanted, options), tool);
  }

  /** What is remembered of what a tool says of itself. */
  knownAnnotationsOf(tool: string, { key }: Target): ToolAnnotations | undefined {
    return annotationsIn(this.#cache.get(nameOf(key, TOOLS), ANNOTATIONS_TTL_MS), tool);
  }

  /** Forgets what a notification says has changed. */
  changed(key: string, notification: string): void {
    this.#forget(key, staleAfter(notification));
  }

  /** Forgets the lists of one endpoint, or all. */
  forget(key?: string): void {
    if (key !== undefined) this.#forget(key, LISTS);
    else {
      this.#cache.clear();
      this.#flights.forget();
    }
  }

  #forget(key: string, methods: readonly string[]): void {
    for (const method of methods) {
      const name = nameOf(key, method);
      this.#cache.delete(name);
      // Who asks from now on must not be given what was asked for before the change.
      this.#flights.forget((flight) => flight.startsWith(`${name}\n`));
    }
  }

  async #join(
    caller: Caller,
    kind: string,
    wanted: Wanted,
    { signal, maxTotalTimeoutMs, ...options }: CallOptions,
  ): Promise<Items> {
    const { target, method } = wanted;
    const flight = `${nameOf(target.key, method)}\n${kind}`;
    // All pages together, for each who waits.
    const own = leash(this.#settings.clock, method, { signal, maxTotalTimeoutMs }, () => true);
    try {
      return await this.#flights.join(flight, own?.signal, (shared, isCurrent) =>
        this.#fetch(caller, wanted, { ...options, signal: shared }, isCurrent),
      );
    } finally {
      own?.end();
    }
  }

  async #fetch(
    caller: Caller,
    { target, method, field }: Wanted,
    options: CallOptions,
    isCurrent: () => boolean,
  ): Promise<Items> {
    const name = nameOf(target.key, method);
    const { idempotent = true } = options;
    let session: Session | undefined;
    try {
      const list = await allPages(method, field, this.#settings.maxPages, async (cursor) => {
        const params = cursor === undefined ? undefined : { cursor };
        const call: Call = { target, method, params, idempotent };
        return await caller(call, options).finally(() => {
          session = call.session;
        });
      });
      freeze(list.items);
      if (isCurrent()) this.#cache.put(name, list.items, list.ttlMs);
      if (session !== undefined) {
        session.onnotification ??= (notification) => this.changed(target.key, notification.method);
      }
      return list.items;
    } catch (error) {
      // A server without prompts, say, has an empty list of them.
      const [capability = ''] = method.split('/');
      const lacks = session !== undefined && !(capability in session.info.capabilities);
      if (lacks && shapeOf(error).rpcCode === METHOD_NOT_FOUND) return [];
      throw error;
    }
  }
}

/** Neither URLs nor scopes have line breaks in them, so that names can be told from what follows. */
const nameOf = (key: string, method: string) => `${method} ${key}`;

function annotationsIn(tools: Items | undefined, name: string): ToolAnnotations | undefined {
  const annotations = tools?.find((tool) => tool.name === name)?.annotations;
  return isObject(annotations) ? annotations : undefined;
}
