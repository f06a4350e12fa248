import { metrics } from '@opentelemetry/api';
import { recordEvents } from '@x/metrics';
import { fromOpenTelemetry } from '@x/metrics/opentelemetry';

// The meter of the SDK that your application has set up.
export const observer = recordEvents(fromOpenTelemetry(metrics.getMeter('my-agent')));
