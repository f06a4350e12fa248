/** A JSON object, as MCP's params and results are. */
export type JsonObject = { [key: string]: unknown };

/** Where time comes from. The globals unless given: `performance.now()`, `setTimeout`, `clearTimeout`. */
export interface Clock {
  /** Milliseconds that only ever grow. */
  now(): number;
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** Where chance comes from: a number of at least 0 and below 1. `Math.random` unless given. */
export type Random = () => number;

/** Is told what happens. One that throws or rejects is ignored; without one, no event object is made. */
export type Observer<E> = (event: E) => void;

/** How one request is made. */
export interface RequestOptions {
  /** Cancels: the promise rejects with the signal's reason, the server gets `notifications/cancelled`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Deadline in ms; 0 or Infinity: none. Passing it rejects with a TimeoutError of `delivery:
   * 'unknown'`, and sends `notifications/cancelled`.
   * @default the session's, 60_000
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Whether a progress notification starts `timeoutMs` again.
   * @default false
   */
  readonly resetTimeoutOnProgress?: boolean | undefined;
  /** Cap in ms on everything, whatever the progress; 0 or Infinity: none. */
  readonly maxTotalTimeoutMs?: number | undefined;
  /** Asks the server for progress. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Log level of this request (2026-07-28: `io.modelcontextprotocol/logLevel` in `_meta`). */
  readonly logLevel?: string | undefined;
  /** Merged into `params._meta`. */
  readonly meta?: JsonObject | undefined;
}

/** How far a request has come. */
export interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

/** Which generation of MCP a session speaks: 2026-07-28 and later, or the ones with `initialize`. */
export type Era = 'modern' | 'legacy';

/** What is known of the server at the other end. */
export interface SessionInfo {
  readonly era: Era;
  readonly protocolVersion: string;
  readonly server?: { readonly name: string; readonly version: string } | undefined;
  readonly capabilities: JsonObject;
  readonly instructions?: string | undefined;
  /** The answer of `server/discover` (modern): what the next session of this endpoint may adopt. */
  readonly discover?: JsonObject | undefined;
}

/** What to be told of: the fields of `subscriptions/listen`. */
export interface SubscriptionFilter {
  readonly toolsListChanged?: boolean | undefined;
  readonly promptsListChanged?: boolean | undefined;
  readonly resourcesListChanged?: boolean | undefined;
  /** URIs of resources whose updates are wanted. */
  readonly resourceSubscriptions?: readonly string[] | undefined;
}

export interface Notification {
  readonly method: string;
  readonly params?: JsonObject | undefined;
}

/** One open `subscriptions/listen`. */
export interface Subscription {
  /** What the server agreed to. */
  readonly honored: SubscriptionFilter;
  /** How it ended; never rejects. */
  readonly closed: Promise<'local' | 'graceful' | 'remote'>;
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long the server may take to acknowledge, in ms; 0 or Infinity: no limit. */
  readonly timeoutMs?: number | undefined;
  readonly onNotification: (notification: Notification) => void;
}

/** Why a session ended. */
export interface SessionClosed {
  /** The WebSocket close code, where there was one. */
  readonly code?: number | undefined;
  readonly reason?: string | undefined;
  /** How long to stay away, in ms, if the server said so. */
  readonly retryAfterMs?: number | undefined;
  /** `false`: dialling again would end the same way. */
  readonly redial?: boolean | undefined;
  /** `not-sent`: the server vouches that nothing has run that it did not answer. */
  readonly delivery?: 'not-sent' | undefined;
  readonly error?: unknown;
}

/** A negotiated conversation with one server over one connection. Plain JSON in and out. */
export interface Session {
  /** Sends a request, resolves with its result. */
  request(method: string, params?: JsonObject, options?: RequestOptions): Promise<JsonObject>;
  notify(method: string, params?: JsonObject): Promise<void>;
  listen(filter: SubscriptionFilter, options: ListenOptions): Promise<Subscription>;
  readonly info: SessionInfo;
  /** Resolves once, when the session has ended; never rejects. */
  readonly closed: Promise<SessionClosed>;
  close(): Promise<void>;
  /**
   * Hears of each request that failed, so that who made the session can take it out of service.
   * Returns whether another session may do better, nothing having run.
   */
  report?(error: unknown): boolean;
  /** Hears of notifications that belong to no subscription; the client sets it. */
  onnotification?: ((notification: Notification) => void) | undefined;
}

/** A JSON-RPC message, loosely. */
export interface JsonRpcMessage {
  readonly jsonrpc: string;
  readonly id?: string | number | null | undefined;
  readonly method?: string | undefined;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** The SDK's `Transport`, by structure: v1 and v2 fit. */
export interface Transport {
  start(): Promise<void>;
  // The SDKs' own message types are unions that no interface of ours could name.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  send(message: any, options?: any): Promise<void>;
  close(): Promise<void>;
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: see above
  onmessage?: ((message: any, extra?: any) => void) | undefined;
  sessionId?: string | undefined;
  setProtocolVersion?: ((version: string) => void) | undefined;
  /** Why it ended. The WebSocket transport of this house has it. */
  readonly closed?: Promise<SessionClosed> | undefined;
}

/** What is remembered of an endpoint's era, so that its next session need not ask. */
export type Verdict =
  | { readonly kind: 'modern'; readonly discover: JsonObject }
  | { readonly kind: 'legacy' };

/** Answers to what a server asks of the client, by method. */
export interface Handlers {
  readonly [method: string]: (
    params: JsonObject,
    context: { readonly signal: AbortSignal },
  ) => JsonObject | Promise<JsonObject>;
}

/** What a server did that it must not do. */
export type ViolationKind =
  /** It sent a request where its era has none. */
  | 'request'
  /** It referred to an id that no request in flight has. */
  | 'unknown-id'
  /** It referred to a request that is over. */
  | 'settled-id'
  /** It cancelled a request of ours that is no subscription. */
  | 'cancelled'
  /** It sent what is no JSON-RPC message, or a member of the wrong type. */
  | 'malformed'
  /** A result lacks its `resultType`. */
  | 'missing-result-type'
  /** It answered a request with what is no answer to it. */
  | 'invalid-result'
  /** It used a subscription before acknowledging it, or acknowledged it twice. */
  | 'subscription-order'
  /** The transport reported an error. */
  | 'transport';

/** What a {@link SessionMaker} works with. */
export interface SessionContext {
  /** Where: the normalised URL. */
  readonly url: string;
  /** The security scope. What is cached for one key must not be used for another. */
  readonly key: string;
  /** Dials a new transport, not started. Called again when a fresh connection is needed. */
  connect(): Transport | Promise<Transport>;
  /** Aborts when nobody waits for the session any more. */
  readonly signal: AbortSignal;
  readonly clientInfo: { readonly name: string; readonly version: string };
  readonly capabilities?: JsonObject | undefined;
  readonly handlers?: Handlers | undefined;
  /** What is remembered for this key. */
  readonly prior?: Verdict | undefined;
  /** Remembers a verdict for this key; `undefined` forgets it. */
  readonly remember?: ((verdict: Verdict | undefined) => void) | undefined;
  /** Is told of notifications that belong to no subscription: logs, list changes of legacy servers. */
  readonly onNotification?: ((notification: Notification) => void) | undefined;
  /** Is told when the server breaks the protocol. */
  readonly onViolation?: ((kind: ViolationKind) => void) | undefined;
}

/** Makes a session. `sdkSession(options)` of `@x/client/sdk` gives one. */
export type SessionMaker = (context: SessionContext) => Promise<Session>;

/** The right to use a session for a while. */
export interface SessionLease {
  /** Aborts when the session leaves service before the lease ends. */
  readonly retiring?: AbortSignal | undefined;
}

export interface UseOptions {
  /**
   * Makes a waiting caller leave. Of no meaning once `fn` is called or the promise has settled: keep
   * no hold of it, because another caller may wait with it then.
   */
  readonly signal?: AbortSignal | undefined;
  /** For a long stream: keeps the session alive without counting as load. */
  readonly background?: boolean | undefined;
}

/** Where sessions come from. A pool of `@x/pool` fits, and so does {@link singleSessions}. */
export interface SessionSource<K, Stats = unknown> {
  /** Lends a session for the time that `fn` takes. */
  use<R>(
    endpoint: K,
    fn: (session: Session, lease?: SessionLease) => R | PromiseLike<R>,
    options?: UseOptions,
  ): Promise<R>;
  /** Takes the endpoint's sessions out of service. */
  evict(endpoint: K): Promise<unknown>;
  /** Takes all sessions out of service. */
  clear(): Promise<unknown>;
  stats(endpoint?: K): Stats;
  close(): Promise<unknown>;
}

/** Whether running a call twice does no more than running it once; asked only when it matters. */
export type Idempotent = boolean | ((error: unknown) => boolean | PromiseLike<boolean>);

export interface Attempt {
  /** Ends the attempt. */
  readonly signal?: AbortSignal | undefined;
  /** `false`: `signal` never aborts, and is not read, since making one may cost more than a call. */
  readonly abortable?: boolean | undefined;
  /** 1 for the first. */
  readonly attempt?: number | undefined;
}

/** Runs a call its own way: again, later, not at all. Anything from `@x/retry` fits. */
export interface Policy {
  execute<T>(
    fn: (attempt: Attempt) => Promise<T>,
    options: {
      readonly signal?: AbortSignal;
      /** The endpoint and its scope. */
      readonly key: string;
      readonly idempotent: Idempotent;
    },
  ): Promise<T>;
}

/** The hook for distributed traces. `createTracing` of `@x/metrics/opentelemetry` fits. */
export interface Trace {
  /** Starts the span of one request. */
  startCall(call: {
    readonly method: string;
    readonly tool?: string | undefined;
    readonly prompt?: string | undefined;
    readonly endpoint?: string | undefined;
    readonly protocolVersion?: string | undefined;
    readonly requestId?: string | number | undefined;
  }): TracedCall;
}

export interface TracedCall {
  /** Merged into the request's `params._meta`. */
  readonly meta: Readonly<Record<string, string>>;
  end(outcome: CallOutcome): void;
}

/** How a call ended. */
export interface CallOutcome {
  readonly outcome: 'ok' | 'tool_error' | 'error' | 'aborted';
  readonly errorCode?: string | undefined;
  readonly rpcCode?: number | undefined;
  readonly protocolVersion?: string | undefined;
}
