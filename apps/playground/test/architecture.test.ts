import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { EmittedEvent } from './emitted-event.js';

const page = readFileSync(new URL('../../../ARCHITECTURE.md', import.meta.url), 'utf8');

// One that is emitted and missing here, or the other way round, does not compile.
const emitted: Record<EmittedEvent['type'], true> = {
  'ws.dial': true,
  'ws.open': true,
  'ws.refused': true,
  'ws.message.sent': true,
  'ws.message.received': true,
  'ws.ping': true,
  'ws.closed': true,
  'ws.error': true,
  'ws.accepted': true,
  'ws.rejected': true,
  'ws.draining': true,
  'pool.create': true,
  'pool.created': true,
  'pool.create.failed': true,
  'pool.acquire': true,
  'pool.acquired': true,
  'pool.acquire.failed': true,
  'pool.released': true,
  'pool.retired': true,
  'pool.destroyed': true,
  'pool.leak': true,
  'pool.misuse': true,
  'retry.attempt': true,
  'retry.scheduled': true,
  'retry.gave-up': true,
  'breaker.opened': true,
  'breaker.half-open': true,
  'breaker.closed': true,
  'budget.spent': true,
  'guard.allowed': true,
  'guard.denied': true,
  'call.start': true,
  'call.end': true,
  'session.open': true,
  'session.closed': true,
  'session.violation': true,
};

it('the table of events names those that are emitted, and no others', () => {
  const [, events = ''] = page.split('## Events');
  const [table = ''] = events.split('\n## ', 1);
  const named = [...table.matchAll(/`((?:\w+\.)[\w.-]+)`/g)].map(([, type]) => type);
  expect(named.sort()).toEqual(Object.keys(emitted).sort());
});
