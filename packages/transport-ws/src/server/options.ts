import {
  callback,
  durationMs,
  having,
  positiveBytes,
  positiveCount,
  positiveMs,
  type Rule,
  withDefaults,
} from '../check.js';
import { systemClock } from '../clock.js';
import type { ServerObserver } from '../events.js';
import type { Clock, Random } from '../ports.js';

/** What holds for each accepted connection. */
export interface ConnectionOptions {
  /** The largest message, both ways, in UTF-8 bytes and after inflation. @default 4_194_304 */
  readonly maxMessageBytes?: number;
  /** What may wait to be sent. A client that leaves more unread is closed with 1013. @default 16_777_216 */
  readonly maxBufferedBytes?: number;
  /** How long a client may stay over `maxBufferedBytes`. @default 10_000 */
  readonly slowConsumerTimeoutMs?: number;
  /**
   * Requests without an answer; over it, new ones are answered -32010 `overloaded`. As many
   * cancelled ones again may be held until they are answered, for at most 10 s.
   * @default 256
   */
  readonly maxInFlight?: number;
  /** How often to ping; 0 never. @default 20_000 */
  readonly pingIntervalMs?: number;
  /** How long the client may be silent after a ping. @default 10_000 */
  readonly pongTimeoutMs?: number;
  /** Drains and closes the connection (1001) at this age, less up to a tenth; 0 never. @default 0 */
  readonly maxConnectionAgeMs?: number;
  /**
   * How long running requests may take to end, and clients to read their answers, when a connection
   * drains.
   * @default 30_000
   */
  readonly drainTimeoutMs?: number;
  /** What a draining or overloaded server tells clients to wait. @default 1_000 */
  readonly retryAfterMs?: number;
  /** Is told what happens; see `ServerTransportEvent`. */
  readonly observer?: ServerObserver;
  /** @default the system's */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: Random;
}

export const connectionDefaults = {
  maxMessageBytes: 4 * 1024 * 1024,
  maxBufferedBytes: 16 * 1024 * 1024,
  slowConsumerTimeoutMs: 10_000,
  maxInFlight: 256,
  pingIntervalMs: 20_000,
  pongTimeoutMs: 10_000,
  maxConnectionAgeMs: 0,
  drainTimeoutMs: 30_000,
  retryAfterMs: 1_000,
  clock: systemClock,
  random: Math.random,
} satisfies ConnectionOptions;

/** Checked, with their defaults: one object for all connections of an attachment. */
export type ConnectionSettings = Required<Omit<ConnectionOptions, 'observer'>> &
  Pick<ConnectionOptions, 'observer'> & { readonly idleTimeoutMs: 0 };

export const connectionSettings = (options: ConnectionOptions): ConnectionSettings => ({
  ...withDefaults(connectionDefaults, options),
  // Silence is judged by pings alone.
  idleTimeoutMs: 0,
});

export const connectionRules: Record<keyof ConnectionOptions, Rule> = {
  maxMessageBytes: positiveBytes,
  maxBufferedBytes: positiveBytes,
  slowConsumerTimeoutMs: positiveMs,
  maxInFlight: positiveCount,
  pingIntervalMs: durationMs,
  pongTimeoutMs: positiveMs,
  maxConnectionAgeMs: durationMs,
  drainTimeoutMs: durationMs,
  retryAfterMs: durationMs,
  observer: callback,
  clock: having('now', 'setTimeout', 'clearTimeout'),
  random: callback,
};
