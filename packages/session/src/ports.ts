import type { ViolationKind } from './events.js';

/**
 * The small interfaces at which this package meets the rest of the world. All are structural: any
 * transport of the official SDK fits, and so does the session port of whoever uses the session.
 */

export type JsonObject = { [key: string]: unknown };

/** What a session sends: a request when it has an `id`, else a notification. */
export interface OutgoingMessage {
  jsonrpc: '2.0';
  id?: number;
  method: string;
  params?: JsonObject;
}

/** A channel for JSON-RPC messages: the `Transport` of the official SDK, v1 and v2, and `@x/transport-ws`. */
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
  readonly hasPerRequestStream?: boolean | undefined;
  /** Where the transport knows why it ended. */
  readonly closed?: Promise<SessionClosed> | undefined;
}

/** Where time comes from. The globals unless given: `performance.now()`, `setTimeout`, `clearTimeout`. */
export interface Clock {
  /** Milliseconds that only ever grow. */
  now(): number;
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** Is told what happens. One that throws is ignored; without one, no event object is made. */
export type Observer<E> = (event: E) => void;

/** How far a request has come, as the server says. Other members are kept as they came. */
export interface Progress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/** How one request is made. */
export interface RequestOptions {
  /** Cancels: the promise rejects with the signal's reason, the server gets `notifications/cancelled`. */
  readonly signal?: AbortSignal;
  /**
   * Deadline for each answer of the server, ms; 0 or `Infinity` for none. The time that handlers
   * take to answer an `input_required` does not count; that in which the server puts the request off does. Passing it rejects with `TimeoutError`
   * (`delivery: "unknown"`) and sends `notifications/cancelled`.
   * @default the session's `timeoutMs`
   */
  readonly timeoutMs?: number;
  /**
   * A progress notification starts `timeoutMs` again.
   * @default false
   */
  readonly resetTimeoutOnProgress?: boolean;
  /** Cap on everything, ms: progress, further rounds and the handlers' time included. */
  readonly maxTotalTimeoutMs?: number;
  /** Asks for progress, and is called with it. */
  readonly onProgress?: (progress: Progress) => void;
  /** Least severity of the log messages that the server may send for this request. */
  readonly logLevel?: string;
  /** Merged into `params._meta`. */
  readonly meta?: JsonObject;
}

/** What is known of the server. */
export interface SessionInfo {
  readonly era: 'modern' | 'legacy';
  readonly protocolVersion: string;
  /** What the server says of itself: to be shown, not to be relied on. */
  readonly server?: { readonly name: string; readonly version: string };
  readonly capabilities: JsonObject;
  readonly instructions?: string;
  /** The answer of `server/discover`: what the next session of this endpoint may adopt. */
  readonly discover?: JsonObject;
}

/** The spec's own field names, as in `subscriptions/listen`. */
export interface SubscriptionFilter {
  readonly toolsListChanged?: boolean;
  readonly promptsListChanged?: boolean;
  readonly resourcesListChanged?: boolean;
  readonly resourceSubscriptions?: readonly string[];
}

export interface Notification {
  readonly method: string;
  readonly params?: JsonObject;
}

/** One open `subscriptions/listen`. */
export interface Subscription {
  /** What the server acknowledged; it may be less than what was asked for. */
  readonly honored: SubscriptionFilter;
  /**
   * Why it ended: `local` by `close()` or the signal, `graceful` by the server's answer, `remote`
   * by its cancellation, its error, or the end of the session. Never rejects.
   */
  readonly closed: Promise<'local' | 'graceful' | 'remote'>;
  /** Ends it and tells the server. Calling it again changes nothing. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** Gives up before the acknowledgement, closes after it. */
  readonly signal?: AbortSignal;
  /**
   * Deadline for the acknowledgement, ms; 0 or `Infinity` for none.
   * @default the session's `timeoutMs`
   */
  readonly timeoutMs?: number;
  /** Is called with each notification of this subscription. One that throws is ignored. */
  readonly onNotification: (notification: Notification) => void;
}

/** Why a session ended. */
export interface SessionClosed {
  /** WebSocket close code, where there was one. */
  readonly code?: number;
  readonly reason?: string;
  readonly retryAfterMs?: number;
  readonly redial?: boolean;
  /** `not-sent`: the server vouches that nothing has run that it did not answer. */
  readonly delivery?: 'not-sent';
  readonly error?: unknown;
}

/** An MCP session: requests, notifications and subscriptions over one connection. */
export interface Session {
  /**
   * Sends a request and resolves with its result: plain JSON, as it came but for `resultType`.
   * @throws ProtocolError when the server answers with an error or with what is no answer, and when
   * the session has ended or ends before the answer
   * @throws TimeoutError when a deadline passes
   * @throws the signal's reason; what the transport's `send` rejects with
   */
  request(method: string, params?: JsonObject, options?: RequestOptions): Promise<JsonObject>;
  /**
   * Sends a notification. Resolves when the transport has taken it.
   * @throws ProtocolError `SESSION_CLOSED`; what the transport's `send` rejects with
   */
  notify(method: string, params?: JsonObject): Promise<void>;
  /**
   * Opens a subscription (`subscriptions/listen`). Resolves when the server acknowledges it.
   * @throws ProtocolError, TimeoutError, the signal's reason
   */
  listen(filter: SubscriptionFilter, options: ListenOptions): Promise<Subscription>;
  readonly info: SessionInfo;
  /** Resolves once, when the session has ended; never rejects. */
  readonly closed: Promise<SessionClosed>;
  /** Ends the session and its transport; what is in flight fails. Calling it again changes nothing. */
  close(): Promise<void>;
}

/**
 * Answers to what a server asks of the client while it works on a request, by method:
 * `elicitation/create`, `sampling/createMessage`, `roots/list`. `signal` aborts when the request is
 * over, whatever the reason.
 */
export type Handlers = {
  readonly [method: string]: (
    params: JsonObject,
    context: { readonly signal: AbortSignal },
  ) => JsonObject | Promise<JsonObject>;
};

/** What a {@link SessionMaker} is given. */
export interface SessionContext {
  /** Where, normalised. */
  readonly url: string;
  /** Endpoint and security scope: what is remembered for one key is not used for another. */
  readonly key: string;
  /** Makes a new transport to the endpoint, not started. Called again when a fresh one is needed. */
  connect(): Transport | Promise<Transport>;
  readonly signal: AbortSignal;
  readonly clientInfo: { readonly name: string; readonly version: string };
  readonly capabilities?: JsonObject | undefined;
  readonly handlers?: Handlers | undefined;
  /** What is remembered for this key. */
  readonly prior?: Verdict | undefined;
  /** Remembers what was found out for this key; `undefined` forgets it. */
  readonly remember?: ((verdict: Verdict | undefined) => void) | undefined;
  /** Hears of notifications that belong to no subscription. */
  readonly onNotification?: ((notification: Notification) => void) | undefined;
  /** Hears of what the server must not do, by a short kind. */
  readonly onViolation?: ((kind: ViolationKind) => void) | undefined;
}

/** What is remembered of a server, so that its next session need not ask. */
export type Verdict =
  | { readonly kind: 'modern'; readonly discover: JsonObject }
  | { readonly kind: 'legacy' };

/** Makes one session. */
export type SessionMaker = (context: SessionContext) => Promise<Session>;
