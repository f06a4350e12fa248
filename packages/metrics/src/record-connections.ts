import * as ATTRIBUTE from './attribute-names.js';
import { recordingOf, recordTime } from './bound.js';
import type { EventsOf, Reactions } from './events.js';
import { Live } from './live.js';
import type { Attributes } from './ports.js';
import { LATENCY_BUCKETS, type Recording, SESSION_BUCKETS, SIZE_BUCKETS } from './recording.js';
import { amount, faultName, OTHER } from './vocabulary.js';

interface LiveConnection {
  readonly attributes: Attributes;
  open: boolean;
  /** Already counted as an error: a socket that fails often says so more than once. */
  failed: boolean;
}

// Done, going away, no code, restart, overload: somebody meant it. Codes from 3000 on are an
// application's own, so nobody but the application knows.
const ORDERLY = new Set<unknown>([undefined, 1000, 1001, 1005, 1012, 1013]);

/** Dials, sockets and what goes over them, client and server side. */
export function recordConnections(recording: Recording): Reactions<EventsOf<'ws'>> {
  const { meter, endpointOf } = recording;
  const count = meter.upDownCounter('mcp_ws.connection.active', {
    description: 'Open WebSocket connections.',
    unit: '{connection}',
  });
  const dials = meter.histogram('mcp_ws.connection.dial.duration', {
    description: 'Time to open a connection or to be refused.',
    unit: 's',
    buckets: LATENCY_BUCKETS,
  });
  const errors = meter.counter('mcp_ws.connection.errors', {
    description: 'Connections refused, failed or closed in error.',
    unit: '{error}',
  });
  const closes = meter.counter('mcp_ws.connection.closed', {
    description: 'Closed connections by close code.',
    unit: '{connection}',
  });
  const durations = meter.histogram('mcp_ws.connection.duration', {
    description: 'Lifetime of connections.',
    unit: 's',
    buckets: SESSION_BUCKETS,
  });
  const sizes = meter.histogram('mcp_ws.message.size', {
    description: 'UTF-8 payload of each message.',
    unit: 'By',
    buckets: SIZE_BUCKETS,
  });
  const pings = meter.histogram('mcp_ws.ping.duration', {
    description: 'Round-trip time of WebSocket pings.',
    unit: 's',
    buckets: LATENCY_BUCKETS,
  });
  const rejections = meter.counter('mcp_ws.server.rejected', {
    description: 'Upgrades that the server refused.',
    unit: '{connection}',
  });
  const draining = meter.gauge('mcp_ws.server.draining', {
    description: 'Connections left when the server last drained.',
    unit: '{connection}',
  });

  const connections = new Live<LiveConnection>();
  const errorTypes = recording.vocabulary();
  const closeCodes = recording.vocabulary();
  const statuses = recording.vocabulary();
  const reasons = recording.vocabulary();

  const served: Attributes = { [ATTRIBUTE.role]: 'server' };
  const attributesOf = (label: string | undefined): Attributes => ({
    [ATTRIBUTE.endpoint]: label,
    [ATTRIBUTE.role]: 'client',
  });

  const fail = (attributes: Attributes, known: LiveConnection | undefined, error: unknown) => {
    if (known?.failed) return;
    if (known !== undefined) known.failed = true;
    const errorType = errorTypes.pick(error) ?? OTHER;
    errors.add(1, { ...attributes, [ATTRIBUTE.errorType]: errorType });
  };

  // Without an id its end could not be told from another's: no level is better than a wrong one.
  const open = (id: unknown, label: string | undefined, attributes: Attributes) => {
    if (connections.add(id, label, { attributes, open: true, failed: false })) {
      count.add(1, attributes);
    }
  };

  const transfer = (direction: string) => {
    const writer = (attributes: Attributes) =>
      recordingOf(sizes, { ...attributes, [ATTRIBUTE.direction]: direction });
    const sizeOf = recording.perEndpoint((label) => writer(attributesOf(label)));
    const servedSize = writer(served);
    return ({ id, url, bytes }: { readonly [F in 'id' | 'url' | 'bytes']?: unknown }) => {
      const size = amount(bytes);
      if (size === undefined) return;
      // Only a client says where it goes, so only a server has to be looked up.
      const known = url === undefined ? connections.find(id, undefined) : undefined;
      (known?.attributes === served ? servedSize : sizeOf(url))(size);
    };
  };

  return {
    'ws.dial'({ id, url }) {
      const label = endpointOf(url)?.label;
      const attributes = attributesOf(label);
      connections.add(id, label, { attributes, open: false, failed: false });
    },
    'ws.open'({ id, url, durationMs }) {
      const label = endpointOf(url)?.label;
      recordTime(dials, durationMs, { [ATTRIBUTE.endpoint]: label });
      const known = connections.find(id, label);
      if (known === undefined) return open(id, label, attributesOf(label));
      if (!known.open) count.add(1, known.attributes);
      known.open = true;
    },
    'ws.refused'({ id, url, durationMs, status, error }) {
      const label = endpointOf(url)?.label;
      const why = status ?? faultName(error);
      fail(attributesOf(label), connections.take(id, label), why);
      const errorType = errorTypes.pick(why) ?? OTHER;
      const attributes = { [ATTRIBUTE.endpoint]: label, [ATTRIBUTE.errorType]: errorType };
      recordTime(dials, durationMs, attributes);
    },
    'ws.message.sent': transfer('transmit'),
    'ws.message.received': transfer('receive'),
    'ws.ping'({ url, rttMs }) {
      recordTime(pings, rttMs, { [ATTRIBUTE.endpoint]: endpointOf(url)?.label });
    },
    'ws.error'({ id, url, error }) {
      const label = endpointOf(url)?.label;
      const known = connections.find(id, label);
      fail(known?.attributes ?? attributesOf(label), known, faultName(error));
    },
    'ws.closed'({ id, url, code, durationMs }) {
      const label = endpointOf(url)?.label;
      const known = connections.take(id, label);
      const attributes = known?.attributes ?? attributesOf(label);
      if (known?.open) count.add(-1, attributes);
      const orderly = ORDERLY.has(code) || (typeof code === 'number' && code >= 3_000);
      if (!orderly) fail(attributes, known, code);
      closes.add(1, { ...attributes, [ATTRIBUTE.closeCode]: closeCodes.pick(code) });
      recordTime(durations, durationMs, attributes);
    },
    'ws.accepted': ({ id }) => open(id, undefined, served),
    'ws.rejected'({ status, reason }) {
      rejections.add(1, {
        'http.response.status_code': statuses.pick(status),
        [ATTRIBUTE.reason]: reasons.pick(reason),
      });
    },
    'ws.draining'(event) {
      const left = amount(event.connections);
      if (left !== undefined) draining.record(left);
    },
  };
}
