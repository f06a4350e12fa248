export type { PoolErrorCode } from './errors.js';
export {
  ConfigError,
  isConfigError,
  isPoolClosedError,
  isPoolFullError,
  isPoolTimeoutError,
  PoolClosedError,
  PoolFullError,
  PoolTimeoutError,
} from './errors.js';
export type {
  PoolAcquiredEvent,
  PoolAcquireEvent,
  PoolAcquireFailedEvent,
  PoolCreatedEvent,
  PoolCreateEvent,
  PoolCreateFailedEvent,
  PoolDestroyedEvent,
  PoolEvent,
  PoolLeakEvent,
  PoolMisuseEvent,
  PoolReleasedEvent,
  PoolRetiredEvent,
} from './events.js';
export type { Lease } from './lease.js';
export type { AcquireOptions, CloseOptions, PoolLimits, PoolOptions } from './options.js';
export { createPool, type Pool } from './pool.js';
export type { Clock, DestroyReason, Factory, Observer, Random, WatchHooks } from './ports.js';
export type { PoolStats } from './stats.js';
