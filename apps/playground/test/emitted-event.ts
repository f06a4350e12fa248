import type { CallEvent, SessionEvent } from '@x/client';
import type { PoolEvent } from '@x/pool';
import type { RetryEvent } from '@x/retry';
import type { SessionEvent as LeanEvent } from '@x/session';
import type { ClientTransportEvent } from '@x/transport-ws';
import type { ServerTransportEvent } from '@x/transport-ws/server';
import type { GuardEvent } from '@x/url-guard';

/** Whatever any package tells an observer. */
export type EmittedEvent =
  | CallEvent
  | SessionEvent
  | LeanEvent
  | PoolEvent
  | RetryEvent
  | GuardEvent
  | ClientTransportEvent
  | ServerTransportEvent;
