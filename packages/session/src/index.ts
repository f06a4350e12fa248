export {
  ConfigError,
  type Delivery,
  isConfigError,
  isLegacyServerError,
  isProtocolError,
  isTimeoutError,
  ProtocolError,
  type ProtocolErrorCode,
  type SessionErrorCode,
  TimeoutError,
} from './errors.js';
export type {
  SessionClosedEvent,
  SessionEvent,
  SessionOpenEvent,
  SessionViolationEvent,
  ViolationKind,
} from './events.js';
export { type LeanSessionOptions, leanSession } from './lean.js';
export type { CommonOptions, SessionOptions } from './options.js';
export type * from './ports.js';
export { createSession } from './session.js';
