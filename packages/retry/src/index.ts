export * from './backoff.js';
export * from './breaker.js';
export * from './budget.js';
export * from './bulkhead.js';
export { type Delivery, defaultIsFailure, defaultRetryIf } from './delivery.js';
export * from './errors.js';
export type {
  BreakerClosedEvent,
  BreakerHalfOpenEvent,
  BreakerOpenedEvent,
  BudgetSpentEvent,
  GaveUpReason,
  RetryAttemptEvent,
  RetryEvent,
  RetryGaveUpEvent,
  RetryScheduledEvent,
} from './events.js';
export type { FailureRate } from './failure-window.js';
export * from './fallback.js';
export * from './hedge.js';
export * from './per-key.js';
export type * from './ports.js';
export * from './retry.js';
export type { CircuitSnapshot } from './snapshot.js';
export * from './strategy.js';
export * from './timeout.js';
export * from './wrap.js';
