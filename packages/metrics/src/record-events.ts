import { once } from './bound.js';
import { endpointLabels } from './endpoint-label.js';
import { refuseUnknownKeys, wrong } from './errors.js';
import type { ConsumedEventType, Observer, Reactions } from './events.js';
import type { Meter } from './ports.js';
import { recordCalls } from './record-calls.js';
import { recordConnections } from './record-connections.js';
import { recordPolicies } from './record-policies.js';
import { recordPool } from './record-pool.js';
import type { Recording } from './recording.js';
import { Vocabulary } from './vocabulary.js';

export interface RecordEventsOptions {
  /**
   * The name of an endpoint in attributes. The URL that it is given has no credentials, query or
   * fragment. It must not return a secret, and should return few different names. It is all that
   * is then said of a place: `server.address` and `server.port` are left out.
   * @default scheme, host and path, with what looks like a token in the path as `*`
   */
  readonly endpoint?: (url: URL) => string;
  /**
   * Endpoints that are told apart; later ones are `_OTHER`.
   * @default 100
   */
  readonly maxEndpoints?: number;
  /**
   * Different tools, prompts, methods, codes and reasons that are told apart, of each so many;
   * later ones are `_OTHER`.
   * @default 200
   */
  readonly maxNames?: number;
}

// Held against the documentation by a test.
export const MAX_ENDPOINTS = 100;
export const MAX_NAMES = 200;

/**
 * An observer that turns the events of the transport, the pool, the policies, the guard and the
 * client into measurements. Fields may be missing or odd and types unknown: it never throws.
 *
 * @throws ConfigError for a wrong option, and when the meter knows one of its names as something
 * else; nothing once it is made.
 */
export function recordEvents(meter: Meter, options: RecordEventsOptions = {}): Observer {
  refuseUnknownKeys('recordEvents', options, ['endpoint', 'maxEndpoints', 'maxNames']);
  const { endpoint, maxEndpoints = MAX_ENDPOINTS, maxNames = MAX_NAMES } = options;
  if (endpoint !== undefined && typeof endpoint !== 'function') {
    throw wrong('endpoint', 'a function', endpoint);
  }
  for (const [option, n] of Object.entries({ maxEndpoints, maxNames })) {
    if (!Number.isInteger(n) || n < 1) throw wrong(option, 'a whole number of 1 or more', n);
  }

  const endpointOf = endpointLabels(maxEndpoints, endpoint);
  const recording: Recording = {
    meter,
    endpointOf,
    perEndpoint(make) {
      const of = once(make);
      return (raw) => of(endpointOf(raw)?.label);
    },
    vocabulary: () => new Vocabulary(maxNames),
  };
  const reactions: Reactions<ConsumedEventType> = {
    ...recordConnections(recording),
    ...recordPool(recording),
    ...recordPolicies(recording),
    ...recordCalls(recording),
  };
  const byType = new Map<unknown, (event: object) => void>(Object.entries(reactions));

  return (event) => {
    try {
      byType.get(event.type)?.(event);
    } catch {
      // A getter of the event, or a meter that is not ours: not a reason to break a call.
    }
  };
}
