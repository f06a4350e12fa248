export { createUrlGuard, type UrlGuard } from './browser-guard.js';
export {
  ConfigError,
  isConfigError,
  isUnsafeUrlError,
  UnsafeUrlError,
  type UrlGuardErrorCode,
} from './errors.js';
export type { GuardAllowedEvent, GuardDeniedEvent, GuardEvent, GuardMethod } from './events.js';
export type { Inspect, Verdict } from './inspect.js';
export type {
  CheckOptions,
  InspectOptions,
  Scheme,
  UrlPolicyOptions as UrlGuardOptions,
  UrlPolicyOptions,
} from './options.js';
export type { Clock, Observer } from './ports.js';
export { development, production } from './presets.js';
export type { UnsafeUrlReason } from './reasons.js';
