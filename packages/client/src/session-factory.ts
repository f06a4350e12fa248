import {
  callback,
  check,
  checkOptions,
  checkRequired,
  clockRule,
  duration,
  flag,
  functions,
  having,
  object,
  type Rule,
} from './check.js';
import { systemClock, untilAborted } from './clock.js';
import { type Endpoint, resolveEndpoint, type Target } from './endpoint.js';
import { ConfigError, UnsupportedTransportError } from './errors.js';
import { emitter } from './events.js';
import type { DialContext, SessionFactoryOptions } from './factory-options.js';
import { isUnauthorised, unsent } from './failure.js';
import { isDynamic, resolveHeaders } from './headers.js';
import { Lru } from './lru.js';
import { ManagedSession } from './managed-session.js';
import type { Handlers, JsonObject, Session, SessionContext, Transport } from './ports.js';
import { tell } from './tell.js';
import { Verdicts } from './verdicts.js';
import { version } from './version.js';

/** Makes, ends and watches sessions: what `createPool` needs. */
export interface SessionFactory {
  create(endpoint: Endpoint, context: { readonly signal: AbortSignal }): Promise<Session>;
  destroy(session: Session, reason?: unknown): Promise<void>;
  validate(session: Session): boolean;
  watch(
    session: Session,
    hooks: { lost(reason?: unknown): void; retire(reason?: unknown): void },
  ): () => void;
  mayGrow(endpoint: Endpoint, sessions: readonly Session[]): boolean;
  keyOf(endpoint: Endpoint): string;
  /**
   * Forgets what was found out about an endpoint's server, or about all: for the client's option of
   * this name. Not enumerable, since `createPool({ ...factory })` takes no options that it does not know.
   */
  readonly forget?: (endpoint?: Endpoint) => void;
}

const CAPABILITY_OF: Readonly<Record<string, string>> = {
  'elicitation/create': 'elicitation',
  'sampling/createMessage': 'sampling',
  'roots/list': 'roots',
};

const named: Rule = [
  'an object of name and version, both strings',
  (value) => {
    const { name, version } = Object(value);
    return typeof name === 'string' && typeof version === 'string';
  },
];

/**
 * Makes sessions by endpoint: chooses the transport by URL scheme, asks for headers at each dial,
 * and remembers per endpoint and scope which era the server speaks.
 *
 * @throws ConfigError if an option is wrong or unknown
 */
export function sessionFactory(options: SessionFactoryOptions): SessionFactory {
  checkOptions('sessionFactory', options, {
    session: callback,
    transports: functions,
    clientInfo: named,
    capabilities: object,
    handlers: functions,
    legacyMayGrow: flag,
    discoveryTtlMs: duration,
    legacyTtlMs: duration,
    onNotification: callback,
    observer: callback,
    clock: clockRule,
  });
  checkRequired(options, { session: callback, transports: functions });
  for (const method of Object.keys(options.handlers ?? {})) {
    if (Object.hasOwn(CAPABILITY_OF, method)) continue;
    const known = Object.keys(CAPABILITY_OF).join(', ');
    throw new ConfigError('handlers', `handlers must be for ${known}; got ${method}`);
  }
  const {
    session: make,
    transports,
    clientInfo = { name: '@x/client', version },
    handlers = {},
    legacyMayGrow = false,
    discoveryTtlMs = 3_600_000,
    legacyTtlMs = 300_000,
    onNotification,
    clock = systemClock,
  } = options;
  const capabilities = withHandlers(options.capabilities ?? {}, handlers);
  const emit = emitter(options.observer);
  const verdicts = new Verdicts(clock, { modern: discoveryTtlMs, legacy: legacyTtlMs });
  const refused = new Lru<true>(1_000);
  let ids = 0;

  /** One dial and negotiation; whatever was dialled is closed if it fails. */
  async function open(
    target: Target,
    endpoint: Endpoint,
    signal: AbortSignal,
    refresh: boolean,
  ): Promise<ManagedSession> {
    const dial = Object.hasOwn(transports, target.scheme) ? transports[target.scheme] : undefined;
    if (dial === undefined) {
      throw new UnsupportedTransportError(target.scheme, Object.keys(transports));
    }
    const id = ++ids;
    const startedAt = clock.now();
    const { key, masked } = target;
    const dialled: Transport[] = [];
    let managed: ManagedSession | undefined;
    const prior = verdicts.recall(key);
    const context: SessionContext = {
      url: target.href,
      key,
      signal,
      clientInfo,
      capabilities,
      handlers,
      prior,
      remember: (verdict) => verdicts.remember(key, verdict),
      onNotification(notification) {
        tell(managed?.onnotification, notification);
        tell((one) => onNotification?.(one, endpoint), notification);
      },
      onViolation:
        emit &&
        ((kind) =>
          emit({ type: 'session.violation', at: clock.now(), id, endpoint: masked, kind })),
      async connect() {
        signal.throwIfAborted();
        const headers = await resolveHeaders(target.headers, { signal, refused: refresh });
        const transport = await dial(target.raw, dialContext(headers, signal, endpoint));
        check('transport', transport, having('start', 'send', 'close'));
        if (signal.aborted) {
          transport.close().catch(ignore);
          throw signal.reason;
        }
        dialled.push(transport);
        return transport;
      },
    };
    // A maker may throw at once.
    const making = (async () => make(context))();
    try {
      const inner = await untilAborted(making, signal);
      check('session', inner, having('request', 'notify', 'listen', 'close'));
      check('session.info', inner.info, object);
      check('session.closed', inner.closed, having('then'));
      const { era, protocolVersion } = inner.info;
      const at = clock.now();
      const durationMs = at - startedAt;
      emit?.({ type: 'session.open', at, id, endpoint: masked, era, protocolVersion, durationMs });
      managed = new ManagedSession(inner, {
        id,
        endpoint: masked,
        clock,
        emit,
        adopted: prior?.kind === 'modern' && era === 'modern',
        dynamic: isDynamic(target.headers),
        forget: () => verdicts.remember(key, undefined),
        refresh: () => refused.set(key, true),
      });
      return managed;
    } catch (error) {
      making.then((late) => late.close()).catch(ignore);
      for (const transport of dialled) transport.close().catch(ignore);
      throw unsent(error);
    }
  }

  const forget = (endpoint?: Endpoint) =>
    verdicts.forget(endpoint && resolveEndpoint(endpoint).key);

  const factory: SessionFactory = {
    async create(endpoint, { signal }) {
      const target = resolveEndpoint(endpoint);
      const { key } = target;
      const known = refused.get(key) === true;
      refused.delete(key);
      try {
        return await open(target, endpoint, signal, known);
      } catch (error) {
        const again = !known && isDynamic(target.headers) && isUnauthorised(error);
        if (!again || signal.aborted) throw error;
        return await open(target, endpoint, signal, true);
      }
    },
    destroy: (session, reason) =>
      session instanceof ManagedSession ? session.destroy(reason) : session.close(),
    validate: (session) => !(session instanceof ManagedSession) || session.alive,
    watch: (session, hooks) => (session instanceof ManagedSession ? session.watch(hooks) : ignore),
    mayGrow: (_, sessions) =>
      legacyMayGrow || sessions.every((session) => session.info.era === 'modern'),
    keyOf: (endpoint) => resolveEndpoint(endpoint).key,
  };
  return Object.defineProperty(factory, 'forget', { value: forget });
}

const ignore = () => {};

function dialContext(
  headers: DialContext['headers'],
  signal: AbortSignal,
  endpoint: Endpoint,
): DialContext {
  const context = { ...(headers && { headers }), signal, endpoint };
  Object.defineProperty(context, 'endpoint', { enumerable: false });
  return context;
}

function withHandlers(capabilities: JsonObject, handlers: Handlers): JsonObject {
  const added = Object.keys(handlers).flatMap((method) => {
    const capability = CAPABILITY_OF[method];
    return capability === undefined || capability in capabilities ? [] : [[capability, {}]];
  });
  return { ...capabilities, ...Object.fromEntries(added) };
}
