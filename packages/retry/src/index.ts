// In groups, because like next to like compresses better.

// What a call goes through

export * from './bulkhead.js';
export * from './fallback.js';
export * from './hedge.js';
export * from './timeout.js';

// What puts policies together

export * from './per-key.js';
export * from './wrap.js';

// What calls again, or not

export * from './breaker.js';
export type { CircuitBreakerOptions } from './breaker-options.js';
export type { CircuitState } from './circuit.js';
export type { FailureRate } from './failure-window.js';
export * from './retry.js';
export type { CircuitSnapshot } from './snapshot.js';

// What they go by

export * from './backoff.js';
export * from './budget.js';
export { type Delivery, defaultIsFailure, defaultRetryIf } from './delivery.js';
export * from './errors.js';
export type * from './ports.js';

// All of it at once, and what it tells

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
export * from './strategy.js';
