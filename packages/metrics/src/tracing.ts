import {
  isSpanContextValid,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from '@opentelemetry/api';
import { errorTypeOf, requestAttributes } from './call-attributes.js';
import { type Location, locate, parse } from './endpoint-label.js';
import { refuseUnknownKeys, wrong } from './errors.js';
import { identifier, OTHER } from './vocabulary.js';

export interface TracingOptions {
  /** Makes the spans: `trace.getTracer('my-app')`. */
  readonly tracer: Pick<Tracer, 'startSpan'>;
  /**
   * Sends the active baggage to the server, all of it or the keys that this accepts. Baggage goes
   * to whoever runs the server, so nothing is sent unless asked for.
   * @default false
   */
  readonly baggage?: boolean | ((key: string) => boolean);
}

/** What is known of a request when it starts. */
export interface CallStart {
  readonly method: string;
  readonly tool?: string | undefined;
  readonly prompt?: string | undefined;
  /** Only its host and port are recorded. */
  readonly endpoint?: string | undefined;
  readonly protocolVersion?: string | undefined;
  readonly requestId?: string | number | undefined;
}

/** What is known of a request when it ends: a `call.end` event fits. */
export interface CallOutcome {
  readonly outcome?: 'ok' | 'tool_error' | 'error' | 'aborted' | undefined;
  readonly errorCode?: string | undefined;
  readonly rpcCode?: number | undefined;
  readonly protocolVersion?: string | undefined;
}

export interface TracedCall {
  /** To be merged into the request's `params._meta`. Empty if there is no trace to go on with. */
  readonly meta: Readonly<Record<string, string>>;
  /** Ends the span; a second time does nothing. */
  end(outcome?: CallOutcome): void;
}

/** The client's hook for traces. */
export interface Tracing {
  /** Starts the span of one request, as a child of the active span. Never throws. */
  startCall(call: CallStart): TracedCall;
}

const UNTRACED: TracedCall = Object.freeze({ meta: Object.freeze({}), end() {} });

/**
 * Spans of MCP requests, named and attributed as OpenTelemetry's MCP conventions say, and their
 * trace context for `_meta` (`traceparent`, `tracestate`, and `baggage` if asked), which MCP reserves
 * for it (SEP-414) in W3C's formats whichever propagator is configured.
 *
 * @throws ConfigError for a wrong option.
 */
export function createTracing(options: TracingOptions): Tracing {
  refuseUnknownKeys('createTracing', options, ['tracer', 'baggage']);
  const { tracer, baggage = false } = options;
  if (typeof tracer?.startSpan !== 'function') {
    throw wrong('tracer', 'an OpenTelemetry tracer', tracer);
  }
  if (typeof baggage !== 'boolean' && typeof baggage !== 'function') {
    throw wrong('baggage', 'true, false or a function', baggage);
  }
  const wanted = typeof baggage === 'function' ? baggage : () => baggage;

  return {
    startCall(call) {
      try {
        const span = startSpan(tracer, call);
        const meta = { ...traceContext(span), ...(baggage !== false && baggageOf(wanted)) };
        return { meta, end: once((outcome) => endSpan(span, outcome)) };
      } catch {
        return UNTRACED;
      }
    },
  };
}

function startSpan(tracer: TracingOptions['tracer'], call: CallStart): Span {
  const method = identifier(call.method) ?? OTHER;
  const tool = identifier(call.tool);
  const prompt = identifier(call.prompt);
  const target = tool ?? prompt;
  return tracer.startSpan(target === undefined ? method : `${method} ${target}`, {
    kind: SpanKind.CLIENT,
    attributes: {
      ...requestAttributes(
        { method, tool, prompt, protocolVersion: identifier(call.protocolVersion) },
        locationOf(call.endpoint),
      ),
      // A string, as the conventions say, also where the id is a number.
      'jsonrpc.request.id': call.requestId === undefined ? undefined : String(call.requestId),
    },
  });
}

function endSpan(span: Span, end: CallOutcome): void {
  try {
    describeEnd(span, end);
  } finally {
    span.end();
  }
}

function describeEnd(span: Span, end: CallOutcome): void {
  const rpcCode = end.rpcCode === undefined ? undefined : String(end.rpcCode);
  const errorType = errorTypeOf({
    outcome: end.outcome,
    errorCode: identifier(end.errorCode),
    rpcCode,
  });
  const version = identifier(end.protocolVersion);
  if (version !== undefined) span.setAttribute('mcp.protocol.version', version);
  if (rpcCode !== undefined) span.setAttribute('rpc.response.status_code', rpcCode);
  if (errorType !== undefined) {
    span.setAttribute('error.type', errorType);
    // No description: an error's message may quote what the caller sent.
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
}

/** https://www.w3.org/TR/trace-context/ */
function traceContext(span: Span): Record<string, string> {
  const context = span.spanContext();
  if (!isSpanContextValid(context)) return {};
  const { traceId, spanId, traceFlags, traceState } = context;
  const flags = (traceFlags & 0xff).toString(16).padStart(2, '0');
  const state = traceState?.serialize();
  const meta: Record<string, string> = { traceparent: `00-${traceId}-${spanId}-${flags}` };
  if (state) meta.tracestate = state;
  return meta;
}

const MAX_BAGGAGE = 8_192;

/** https://www.w3.org/TR/baggage/: members whole or not at all, 8192 bytes together. */
function baggageOf(wanted: (key: string) => boolean): Record<string, string> {
  let list = '';
  try {
    for (const [key, { value }] of propagation.getActiveBaggage()?.getAllEntries() ?? []) {
      if (!wanted(key)) continue;
      const member = `${encodeURIComponent(key)}=${encodeURIComponent(value)}`;
      const longer = list === '' ? member : `${list},${member}`;
      if (longer.length <= MAX_BAGGAGE) list = longer;
    }
  } catch {
    // A filter that fails, or text that has no UTF-8 form: rather nothing than half of it.
    return {};
  }
  return list === '' ? {} : { baggage: list };
}

function locationOf(endpoint: unknown): Location | undefined {
  const url = typeof endpoint === 'string' ? parse(endpoint) : undefined;
  return url && locate(url);
}

function once(end: (outcome: CallOutcome) => void): (outcome?: CallOutcome) => void {
  let ended = false;
  return (outcome) => {
    if (ended) return;
    ended = true;
    try {
      end(outcome ?? {});
    } catch {
      // A tracer that fails is no reason for a call to fail.
    }
  };
}
