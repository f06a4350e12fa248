import { trace } from '@opentelemetry/api';
import { createTracing } from '@x/metrics/opentelemetry';

const tracing = createTracing({ tracer: trace.getTracer('my-agent') });

// What a client does with it, once per request:
const call = tracing.startCall({
  method: 'tools/call',
  tool: 'search',
  endpoint: 'wss://api.example/mcp',
});
const params = { name: 'search', arguments: { q: 'x' }, _meta: { ...call.meta } };
console.log(params);
call.end({ outcome: 'ok' });
