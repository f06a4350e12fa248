import type { PoolSizing } from './options.js';

/** Few connections per server with many calls on each: the most calls per second for the memory. */
export const highThroughput = Object.freeze({
  maxConnections: 32,
  maxTotal: 512,
  maxConcurrency: 256,
  maxQueue: 10_000,
}) satisfies PoolSizing;

/** A connection that waits already, and few calls on each, so that none waits behind a large one. */
export const lowLatency = Object.freeze({
  maxConnections: 32,
  maxTotal: 256,
  maxConcurrency: 8,
  minIdle: 1,
  maxIdleMs: 1_800_000,
  acquireTimeoutMs: 5_000,
}) satisfies PoolSizing;
