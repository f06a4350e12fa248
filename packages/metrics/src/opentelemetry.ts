export { fromOpenTelemetry } from './otel-meter.js';
export {
  type CallOutcome,
  type CallStart,
  createTracing,
  type TracedCall,
  type Tracing,
  type TracingOptions,
} from './tracing.js';
