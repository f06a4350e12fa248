import type { Endpoint } from './endpoint.js';
import type { SessionEvent } from './events.js';
import type {
  Clock,
  Handlers,
  JsonObject,
  Notification,
  Observer,
  SessionMaker,
  Transport,
} from './ports.js';

/** What a transport is made with. */
export interface DialContext {
  /** The endpoint's, as they are for this dial; `undefined` if it has none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Aborts when nobody waits for the connection any more. */
  readonly signal: AbortSignal;
  /**
   * The endpoint as the caller gave it. Not enumerable: what remains may be spread into the options
   * of a transport that takes no unknown ones.
   */
  readonly endpoint: Endpoint;
}

/** Makes a transport to a URL, not started. The URL is as the caller wrote it. */
export type Dial = (url: string, context: DialContext) => Transport | Promise<Transport>;

export interface SessionFactoryOptions {
  /** Makes a session over a transport: `sdkSession()` of `@x/client/sdk`. */
  readonly session: SessionMaker;
  /** Which transport serves which URL scheme (`ws`, `wss`, ...; without the colon). */
  readonly transports: Readonly<Record<string, Dial>>;
  /**
   * How the client introduces itself.
   * @default { name: '@x/client', version: "the package's" }
   */
  readonly clientInfo?: { readonly name: string; readonly version: string };
  /**
   * MCP client capabilities. Those that `handlers` stand for are added.
   * @default {}
   */
  readonly capabilities?: JsonObject;
  /**
   * Answers to what servers ask: `elicitation/create`, `sampling/createMessage`, `roots/list`.
   * @default {}
   */
  readonly handlers?: Handlers;
  /**
   * Lets a server of before 2026-07-28 meet one caller on several sessions.
   * @default false
   */
  readonly legacyMayGrow?: boolean;
  /**
   * How long a `server/discover` answer is adopted without asking, ms.
   * @default 3_600_000
   */
  readonly discoveryTtlMs?: number;
  /**
   * How long a server is taken for one of before 2026-07-28 without asking, ms.
   * @default 300_000
   */
  readonly legacyTtlMs?: number;
  /** Is told of notifications that belong to no subscription, such as log messages. */
  readonly onNotification?: (notification: Notification, endpoint: Endpoint) => void;
  /** Is told what happens; see {@link SessionEvent}. */
  readonly observer?: Observer<SessionEvent>;
  readonly clock?: Clock;
}
