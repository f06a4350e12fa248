import * as ATTRIBUTE from './attribute-names.js';
import { adding, recordingOf, recordTime, writeTime } from './bound.js';
import type { EventsOf, Reactions } from './events.js';
import { Level, Live } from './live.js';
import type { Attributes } from './ports.js';
import { LATENCY_BUCKETS, OPERATION_BUCKETS, type Recording } from './recording.js';
import { faultName, OTHER } from './vocabulary.js';

interface LiveItem {
  readonly idle: Attributes;
  readonly used: Attributes;
  leases: number;
}

/**
 * A pool's connections, named after OpenTelemetry's `db.client.connection.*` with a prefix of
 * ours; only its `count` is `open` here, because Prometheus keeps `_count` for histograms. A connection is `used` while it has a lease; it may have many at once.
 */
export function recordPool(recording: Recording): Reactions<EventsOf<'pool'>> {
  const { meter } = recording;
  const hits = meter.counter('mcp_ws.pool.hits', {
    description: 'Leases of a connection that was there.',
    unit: '{lease}',
  });
  const misses = meter.counter('mcp_ws.pool.misses', {
    description: 'Leases that needed a new connection.',
    unit: '{lease}',
  });
  const count = meter.upDownCounter('mcp_ws.pool.connection.open', {
    description: 'Connections in the pool, idle or used.',
    unit: '{connection}',
  });
  const pending = meter.upDownCounter('mcp_ws.pool.connection.pending_requests', {
    description: 'Callers that wait for a connection.',
    unit: '{request}',
  });
  const createTime = meter.histogram('mcp_ws.pool.connection.create_time', {
    description: 'Time to make a connection.',
    unit: 's',
    buckets: LATENCY_BUCKETS,
  });
  const waitTime = meter.histogram('mcp_ws.pool.connection.wait_time', {
    description: 'Time to get a connection.',
    unit: 's',
    buckets: LATENCY_BUCKETS,
  });
  const useTime = meter.histogram('mcp_ws.pool.connection.use_time', {
    description: 'Time from lease to release.',
    unit: 's',
    buckets: OPERATION_BUCKETS,
  });
  const timeouts = meter.counter('mcp_ws.pool.connection.timeouts', {
    description: 'Callers that got no connection in time.',
    unit: '{timeout}',
  });
  const retired = meter.counter('mcp_ws.pool.connection.retired', {
    description: 'Connections taken out of use.',
    unit: '{connection}',
  });
  const destroyed = meter.counter('mcp_ws.pool.connection.destroyed', {
    description: 'Connections that the pool closed or lost.',
    unit: '{connection}',
  });
  const leaks = meter.counter('mcp_ws.pool.leaks', {
    description: 'Leases held for too long.',
    unit: '{lease}',
  });

  const items = new Live<LiveItem>();
  const errorTypes = recording.vocabulary();
  const reasons = recording.vocabulary();

  const poolOf = recording.perEndpoint((label) => {
    const at: Attributes = { [ATTRIBUTE.endpoint]: label };
    return {
      label,
      at,
      idle: { ...at, [ATTRIBUTE.state]: 'idle' },
      used: { ...at, [ATTRIBUTE.state]: 'used' },
      pending: new Level(adding(pending, at)),
      hit: adding(hits, at),
      miss: adding(misses, at),
      waited: recordingOf(waitTime, at),
      held: recordingOf(useTime, at),
    };
  });

  const hold = (item: LiveItem, by: 1 | -1) => {
    const before = item.leases;
    item.leases = Math.max(0, before + by);
    if ((before === 0) === (item.leases === 0)) return;
    count.add(-by, item.idle);
    count.add(by, item.used);
  };

  return {
    // What it leads to says all: created, or not.
    'pool.create'() {},
    'pool.created'({ key, itemId, durationMs }) {
      const { label, at, idle, used } = poolOf(key);
      if (items.add(itemId, label, { idle, used, leases: 0 })) count.add(1, idle);
      recordTime(createTime, durationMs, at);
    },
    'pool.create.failed'({ key, durationMs, error }) {
      const errorType = errorTypes.pick(faultName(error)) ?? OTHER;
      const attributes = { ...poolOf(key).at, [ATTRIBUTE.errorType]: errorType };
      recordTime(createTime, durationMs, attributes);
    },
    'pool.acquire': ({ key }) => poolOf(key).pending.up(),
    'pool.acquired'({ key, itemId, waitMs, reused }) {
      const pool = poolOf(key);
      pool.pending.down();
      if (reused === true) pool.hit(1);
      else if (reused === false) pool.miss(1);
      writeTime(pool.waited, waitMs);
      const held = items.find(itemId, pool.label);
      if (held !== undefined) hold(held, 1);
    },
    'pool.acquire.failed'({ key, waitMs, code, error }) {
      const { at, pending } = poolOf(key);
      pending.down();
      const why = code ?? faultName(error);
      if (why === 'POOL_TIMEOUT' || why === 'PoolTimeoutError') timeouts.add(1, at);
      const errorType = errorTypes.pick(why) ?? OTHER;
      recordTime(waitTime, waitMs, { ...at, [ATTRIBUTE.errorType]: errorType });
    },
    'pool.released'({ key, itemId, heldMs }) {
      const pool = poolOf(key);
      const held = items.find(itemId, pool.label);
      if (held !== undefined) hold(held, -1);
      writeTime(pool.held, heldMs);
    },
    'pool.retired'({ key, reason }) {
      retired.add(1, { ...poolOf(key).at, [ATTRIBUTE.reason]: reasons.pick(reason) });
    },
    'pool.destroyed'({ key, itemId, reason }) {
      const { label, at } = poolOf(key);
      const taken = items.take(itemId, label);
      if (taken !== undefined) {
        count.add(-1, taken.leases === 0 ? taken.idle : taken.used);
      }
      destroyed.add(1, { ...at, [ATTRIBUTE.reason]: reasons.pick(reason) });
    },
    'pool.leak'({ key }) {
      leaks.add(1, poolOf(key).at);
    },
  };
}
