export { EndpointClient } from './bound.js';
export type { CallOptions, ListOptions } from './call-options.js';
export { McpClient } from './client.js';
export type { McpClientOptions } from './client-options.js';
export type { Endpoint, EndpointObject } from './endpoint.js';
export {
  type ClientErrorCode,
  ConfigError,
  type Delivery,
  HandlerError,
  isConfigError,
  isHandlerError,
  isOutcomeUnknownError,
  isProtocolError,
  isSessionError,
  isTimeoutError,
  isToolError,
  isUnsupportedTransportError,
  OutcomeUnknownError,
  ProtocolError,
  SessionError,
  TimeoutError,
  ToolError,
  UnsupportedTransportError,
} from './errors.js';
export type {
  CallEndEvent,
  CallEvent,
  CallStartEvent,
  ClientEvent,
  SessionClosedEvent,
  SessionEvent,
  SessionOpenEvent,
  SessionViolationEvent,
} from './events.js';
export type { Dial, DialContext, SessionFactoryOptions } from './factory-options.js';
export type { HeaderContext, HeaderSource, HeaderValue } from './headers.js';
export type { Listening, ListeningOptions } from './listening.js';
export type {
  Attempt,
  CallOutcome,
  Clock,
  Era,
  Handlers,
  Idempotent,
  JsonObject,
  JsonRpcMessage,
  ListenOptions,
  Notification,
  Observer,
  Policy,
  Progress,
  Random,
  RequestOptions,
  Session,
  SessionClosed,
  SessionContext,
  SessionInfo,
  SessionLease,
  SessionMaker,
  SessionSource,
  Subscription,
  SubscriptionFilter,
  Trace,
  TracedCall,
  Transport,
  UseOptions,
  Verdict,
  ViolationKind,
} from './ports.js';
export type * from './results.js';
export { type SessionFactory, sessionFactory } from './session-factory.js';
export {
  type SingleSessionsOptions,
  type SingleSessionsStats,
  singleSessions,
} from './single-sessions.js';
