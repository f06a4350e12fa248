import type { SessionMaker } from '@x/client';
import { sdkSession } from '@x/client/sdk';

const sdk = sdkSession();

/** Sessions of a client that knows nothing of 2026-07-28. */
export const legacySessions: SessionMaker = (context) =>
  sdk({ ...context, prior: { kind: 'legacy' } });
