import type {
  Endpoint,
  Policy as PolicyPort,
  Session,
  SessionMaker,
  SessionSource,
  Trace,
  Transport as TransportPort,
} from '@x/client';
import { sessionFactory } from '@x/client';
import type { sdkSession } from '@x/client/sdk';
import { type ConsumedEvents, createMetrics, type Meter, recordEvents } from '@x/metrics';
import type { createTracing } from '@x/metrics/opentelemetry';
import { createPool, type Factory, type Pool } from '@x/pool';
import type { circuitBreaker, Policy, retry, wrap } from '@x/retry';
import type { createSession, leanSession } from '@x/session';
import type { UrlGuard as UrlGuardPort, WebSocketClientTransport } from '@x/transport-ws';
import type { createUrlGuard } from '@x/url-guard';
import { describe, expectTypeOf, it } from 'vitest';
import type { EmittedEvent } from './emitted-event.js';

// No package imports a sibling: that they fit is shown here, by types alone.
describe('the ports', () => {
  it('a guard is what the transport asks for', () => {
    expectTypeOf<ReturnType<typeof createUrlGuard>>().toExtend<UrlGuardPort>();
  });

  it("the client's session factory is what the pool asks for", () => {
    expectTypeOf<ReturnType<typeof sessionFactory>>().toExtend<Factory<Endpoint, Session>>();
  });

  it('a pool of sessions is a source of sessions', () => {
    expectTypeOf<Pool<Endpoint, Session>>().toExtend<SessionSource<Endpoint>>();
  });

  it("every policy is the client's policy", () => {
    expectTypeOf<Policy>().toExtend<PolicyPort>();
    expectTypeOf<ReturnType<typeof retry>>().toExtend<PolicyPort>();
    expectTypeOf<ReturnType<typeof circuitBreaker>>().toExtend<PolicyPort>();
    expectTypeOf<ReturnType<typeof wrap>>().toExtend<PolicyPort>();
  });

  it('both sessions are what the client calls', () => {
    expectTypeOf<Awaited<ReturnType<typeof createSession>>>().toExtend<Session>();
    expectTypeOf<ReturnType<typeof sdkSession>>().toExtend<SessionMaker>();
    expectTypeOf<ReturnType<typeof leanSession>>().toExtend<SessionMaker>();
  });

  it('our transport is what sessions speak over', () => {
    expectTypeOf<WebSocketClientTransport>().toExtend<TransportPort>();
  });

  it('our metrics are a meter, and tracing is what the client hooks', () => {
    expectTypeOf<ReturnType<typeof createMetrics>>().toExtend<Meter>();
    expectTypeOf<ReturnType<typeof createTracing>>().toExtend<Trace>();
  });
});

type Type = keyof ConsumedEvents;

/** Types whose emitted events lack something that the metrics read. */
type Unfit = {
  [T in Type]: Extract<EmittedEvent, { type: T }> extends ConsumedEvents[T] ? never : T;
}[Type];

describe('the events', () => {
  it('whatever is consumed is emitted', () => {
    expectTypeOf<Exclude<Type, EmittedEvent['type']>>().toBeNever();
  });

  it('whatever is emitted is consumed', () => {
    // A misuse is a bug of the caller: something for a log, not for a number.
    expectTypeOf<Exclude<EmittedEvent['type'], Type | 'pool.misuse'>>().toBeNever();
  });

  it('every event has the fields that are read of it', () => {
    expectTypeOf<Unfit>().toBeNever();
  });

  it('the recorder listens to every package', () => {
    const record = recordEvents(createMetrics());
    expectTypeOf(record).toExtend<(event: EmittedEvent) => void>();
    // Types alone would not show that options accept it.
    createPool<Endpoint, Session>({
      ...sessionFactory({
        session: () => Promise.reject(new Error('never asked')),
        transports: {},
        observer: record,
      }),
      observer: record,
    });
  });
});
