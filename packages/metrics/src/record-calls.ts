import { errorTypeOf, requestAttributes, sessionAttributes } from './call-attributes.js';
import type { EventsOf, Reactions } from './events.js';
import { Level } from './live.js';
import {
  ATTRIBUTE,
  LATENCY_BUCKETS,
  OPERATION_BUCKETS,
  type Recording,
  SESSION_BUCKETS,
} from './recording.js';
import { faultName, OTHER, seconds } from './vocabulary.js';

/** Requests and sessions, named as OpenTelemetry's MCP conventions name them. */
export function recordCalls(recording: Recording): Reactions<EventsOf<'call' | 'session'>> {
  const { meter, endpointOf } = recording;
  const operations = meter.histogram('mcp.client.operation.duration', {
    description: 'Duration of an MCP request as seen by the client, from sending to the response.',
    unit: 's',
    buckets: OPERATION_BUCKETS,
  });
  const subscriptions = meter.histogram('mcp_ws.subscription.duration', {
    description: 'How long subscriptions were listened to.',
    unit: 's',
    buckets: SESSION_BUCKETS,
  });
  const active = new Level(
    meter.upDownCounter('mcp_ws.call.active', {
      description: 'Requests in flight.',
      unit: '{call}',
    }),
  );
  const sessionTimes = meter.histogram('mcp.client.session.duration', {
    description: 'Lifetime of an MCP session as seen by the client.',
    unit: 's',
    buckets: SESSION_BUCKETS,
  });
  const openings = meter.histogram('mcp_ws.session.negotiation.duration', {
    description: 'Time to agree on a session with a server.',
    unit: 's',
    buckets: LATENCY_BUCKETS,
  });
  const sessions = new Level(
    meter.upDownCounter('mcp_ws.session.active', {
      description: 'Open MCP sessions.',
      unit: '{session}',
    }),
  );
  const violations = meter.counter('mcp_ws.session.violations', {
    description: 'Messages of a server that broke the protocol.',
    unit: '{violation}',
  });

  const methods = recording.vocabulary();
  const tools = recording.vocabulary();
  const prompts = recording.vocabulary();
  const errorCodes = recording.vocabulary();
  const rpcCodes = recording.vocabulary();
  const versions = recording.vocabulary();
  const eras = recording.vocabulary();
  const kinds = recording.vocabulary();

  return {
    'call.start'({ method }) {
      const name = methods.pick(method) ?? OTHER;
      active.up(name, { 'mcp.method.name': name });
    },
    'call.end'(event) {
      const method = methods.pick(event.method) ?? OTHER;
      active.down(method, { 'mcp.method.name': method });
      const time = seconds(event.durationMs);
      if (time === undefined) return;
      const endpoint = endpointOf(event.endpoint);
      const rpcCode = rpcCodes.pick(event.rpcCode);
      const errorType = errorTypeOf({
        outcome: event.outcome,
        errorCode: errorCodes.pick(event.errorCode),
        rpcCode,
      });
      // A subscription lives for hours and would drown what the histogram says of requests.
      const duration = method === 'subscriptions/listen' ? subscriptions : operations;
      duration.record(time, {
        [ATTRIBUTE.endpoint]: endpoint?.label,
        ...requestAttributes(
          method,
          tools.pick(event.tool),
          prompts.pick(event.prompt),
          endpoint,
          versions.pick(event.protocolVersion),
        ),
        'rpc.response.status_code': rpcCode,
        [ATTRIBUTE.errorType]: errorType,
      });
    },
    'session.open'({ endpoint: raw, era, protocolVersion, durationMs }) {
      const endpoint = endpointOf(raw);
      sessions.up(endpoint?.label, { [ATTRIBUTE.endpoint]: endpoint?.label });
      const time = seconds(durationMs);
      if (time === undefined) return;
      openings.record(time, {
        [ATTRIBUTE.endpoint]: endpoint?.label,
        [ATTRIBUTE.era]: eras.pick(era),
        'mcp.protocol.version': versions.pick(protocolVersion),
      });
    },
    'session.closed'({ endpoint: raw, protocolVersion, durationMs, error }) {
      const endpoint = endpointOf(raw);
      sessions.down(endpoint?.label, { [ATTRIBUTE.endpoint]: endpoint?.label });
      const time = seconds(durationMs);
      if (time === undefined) return;
      const failed = error !== undefined && error !== null;
      sessionTimes.record(time, {
        [ATTRIBUTE.endpoint]: endpoint?.label,
        ...sessionAttributes(endpoint, versions.pick(protocolVersion)),
        [ATTRIBUTE.errorType]: failed ? (errorCodes.pick(faultName(error)) ?? OTHER) : undefined,
      });
    },
    'session.violation': ({ kind }) => violations.add(1, { 'mcp_ws.kind': kinds.pick(kind) }),
  };
}
