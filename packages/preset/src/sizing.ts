import type { PoolSizing } from './options.js';

/**
 * For many calls at a time: more connections, a longer queue, an earlier end to dials that lead
 * nowhere. For the option `pool`.
 */
export const highThroughput = Object.freeze({
  maxConnections: 50,
  maxTotal: 500,
  maxQueue: 10_000,
  createTimeoutMs: 15_000,
  cleanupIntervalMs: 120_000,
}) satisfies PoolSizing;

/**
 * For calls that must not wait: a connection in reserve, opened ahead of need, and few calls on
 * each, so that none waits behind a large answer. For the option `pool`.
 */
export const lowLatency = Object.freeze({
  maxConnections: 20,
  maxTotal: 200,
  maxConcurrency: 8,
  targetUtilization: 0.5,
  minIdle: 1,
  acquireTimeoutMs: 5_000,
}) satisfies PoolSizing;
