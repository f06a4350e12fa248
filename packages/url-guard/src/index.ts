export type { Connect, ConnectCallback, ConnectOptions } from './connect.js';
export {
  ConfigError,
  isConfigError,
  isUnsafeUrlError,
  UnsafeUrlError,
  type UrlGuardErrorCode,
} from './errors.js';
export type { GuardAllowedEvent, GuardDeniedEvent, GuardEvent, GuardMethod } from './events.js';
export type { Fetch } from './fetch.js';
export { createUrlGuard, type PinnedUrl, type ProxiedUrl, type UrlGuard } from './guard.js';
export type { Inspect, Verdict } from './inspect.js';
export type {
  CheckOptions,
  InspectOptions,
  Scheme,
  UrlGuardOptions,
  UrlPolicyOptions,
} from './options.js';
export type { Clock, Observer, Resolve } from './ports.js';
export { development, production } from './presets.js';
export type { UnsafeUrlReason } from './reasons.js';
