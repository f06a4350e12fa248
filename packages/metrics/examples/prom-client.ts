import { recordEvents } from '@x/metrics';
import { fromPromClient } from '@x/metrics/prom-client';
import { register } from 'prom-client';

export const observer = recordEvents(fromPromClient(register));
// `await register.metrics()` now has them too
