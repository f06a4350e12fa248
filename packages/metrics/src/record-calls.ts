import * as ATTRIBUTE from './attribute-names.js';
import { adding, once, recordingOf, recordTime } from './bound.js';
import { errorTypeOf, requestAttributes, sessionAttributes } from './call-attributes.js';
import type { EventsOf, Reactions } from './events.js';
import { Level } from './live.js';
import {
  LATENCY_BUCKETS,
  OPERATION_BUCKETS,
  type Recording,
  SESSION_BUCKETS,
} from './recording.js';
import { Successes } from './successes.js';
import { faultName, OTHER, seconds } from './vocabulary.js';

/** Requests and sessions, named as OpenTelemetry's MCP conventions name them. */
export function recordCalls(recording: Recording): Reactions<EventsOf<'call' | 'session'>> {
  const { meter, endpointOf } = recording;
  const operations = meter.histogram('mcp.client.operation.duration', {
    description: 'Time from an MCP request to its response.',
    unit: 's',
    buckets: OPERATION_BUCKETS,
  });
  const subscriptions = meter.histogram('mcp_ws.subscription.duration', {
    description: 'Lifetime of subscriptions.',
    unit: 's',
    buckets: SESSION_BUCKETS,
  });
  const active = meter.upDownCounter('mcp_ws.call.active', {
    description: 'Requests in flight.',
    unit: '{call}',
  });
  const sessionTimes = meter.histogram('mcp.client.session.duration', {
    description: 'Lifetime of MCP sessions.',
    unit: 's',
    buckets: SESSION_BUCKETS,
  });
  const openings = meter.histogram('mcp_ws.session.negotiation.duration', {
    description: 'Time to open an MCP session.',
    unit: 's',
    buckets: LATENCY_BUCKETS,
  });
  const sessions = meter.upDownCounter('mcp_ws.session.active', {
    description: 'Open MCP sessions.',
    unit: '{session}',
  });
  const violations = meter.counter('mcp_ws.session.violations', {
    description: 'Messages that broke the protocol.',
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

  const activeOf = once(
    (method: string) => new Level(adding(active, { 'mcp.method.name': method })),
  );
  const sessionsOf = recording.perEndpoint(
    (label) => new Level(adding(sessions, { [ATTRIBUTE.endpoint]: label })),
  );
  const successes = new Successes();

  return {
    'call.start': ({ method }) => activeOf(methods.pick(method) ?? OTHER).up(),
    'call.end'(event) {
      const method = methods.pick(event.method) ?? OTHER;
      activeOf(method).down();
      const time = seconds(event.durationMs);
      if (time === undefined) return;
      const endpoint = endpointOf(event.endpoint);
      const names = {
        method,
        tool: tools.pick(event.tool),
        prompt: prompts.pick(event.prompt),
        protocolVersion: versions.pick(event.protocolVersion),
      };
      const rpcCode = rpcCodes.pick(event.rpcCode);
      const errorCode = errorCodes.pick(event.errorCode);
      const errorType = errorTypeOf({ outcome: event.outcome, errorCode, rpcCode });
      // A subscription lives for hours and would drown what the histogram says of requests.
      const duration = method === 'subscriptions/listen' ? subscriptions : operations;
      const attributes = () => ({
        [ATTRIBUTE.endpoint]: endpoint?.label,
        ...requestAttributes(names, endpoint),
        'rpc.response.status_code': rpcCode,
        [ATTRIBUTE.errorType]: errorType,
      });
      if (rpcCode === undefined && errorType === undefined) {
        successes.of(endpoint, names, () => recordingOf(duration, attributes()))(time);
      } else {
        duration.record(time, attributes());
      }
    },
    'session.open'({ endpoint: raw, era, protocolVersion, durationMs }) {
      sessionsOf(raw).up();
      recordTime(openings, durationMs, {
        [ATTRIBUTE.endpoint]: endpointOf(raw)?.label,
        [ATTRIBUTE.era]: eras.pick(era),
        'mcp.protocol.version': versions.pick(protocolVersion),
      });
    },
    'session.closed'({ endpoint: raw, protocolVersion, durationMs, error }) {
      const endpoint = endpointOf(raw);
      sessionsOf(raw).down();
      const failed = error !== undefined && error !== null;
      recordTime(sessionTimes, durationMs, {
        [ATTRIBUTE.endpoint]: endpoint?.label,
        ...sessionAttributes(endpoint, versions.pick(protocolVersion)),
        [ATTRIBUTE.errorType]: failed ? (errorCodes.pick(faultName(error)) ?? OTHER) : undefined,
      });
    },
    'session.violation': ({ kind }) => violations.add(1, { 'mcp_ws.kind': kinds.pick(kind) }),
  };
}
