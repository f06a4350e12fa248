import * as ATTRIBUTE from './attribute-names.js';
import { adding, recordTime } from './bound.js';
import type { EventsOf, Reactions } from './events.js';
import { LATENCY_BUCKETS, type Recording } from './recording.js';

/** Values of the gauge `mcp_ws.breaker.state`. */
const BREAKER_STATES = { closed: 0, 'half-open': 1, open: 2 } as const;

/** Retries, breakers, budgets, and what the guard let through. */
export function recordPolicies(
  recording: Recording,
): Reactions<EventsOf<'retry' | 'breaker' | 'budget' | 'guard'>> {
  const { meter, endpointOf } = recording;
  const attempts = meter.counter('mcp_ws.retry.attempts', {
    description: 'Attempts, first ones included.',
    unit: '{attempt}',
  });
  const delays = meter.histogram('mcp_ws.retry.delay', {
    description: 'Delays before retries.',
    unit: 's',
    buckets: LATENCY_BUCKETS,
  });
  const gaveUp = meter.counter('mcp_ws.retry.gave_up', {
    description: 'Operations that failed for good.',
    unit: '{operation}',
  });
  const transitions = meter.counter('mcp_ws.breaker.transitions', {
    description: 'Changes of a circuit breaker by its new state.',
    unit: '{transition}',
  });
  const state = meter.gauge('mcp_ws.breaker.state', {
    description: 'State of a circuit breaker: 0 closed, 1 half-open, 2 open.',
  });
  const spent = meter.counter('mcp_ws.budget.spent', {
    description: 'Retries not made because the budget was spent.',
    unit: '{retry}',
  });
  const decisions = meter.counter('mcp_ws.guard.decisions', {
    description: 'Decisions of the URL guard.',
    unit: '{decision}',
  });
  const reasons = recording.vocabulary();
  const denials = recording.vocabulary();
  const methods = recording.vocabulary();

  const at = (name: unknown) => ({ [ATTRIBUTE.endpoint]: endpointOf(name)?.label });

  const attempt = recording.perEndpoint((label) =>
    adding(attempts, { [ATTRIBUTE.endpoint]: label }),
  );

  // No host: it may be the attacker's, and there is no end to them.
  const decide = (decision: string, method: unknown, reason?: unknown) =>
    decisions.add(1, {
      [ATTRIBUTE.decision]: decision,
      [ATTRIBUTE.method]: methods.pick(method),
      [ATTRIBUTE.reason]: denials.pick(reason),
    });

  const breaker = (to: keyof typeof BREAKER_STATES) => (event: { readonly name?: unknown }) => {
    transitions.add(1, { ...at(event.name), [ATTRIBUTE.state]: to });
    state.record(BREAKER_STATES[to], at(event.name));
  };

  return {
    'retry.attempt': ({ name }) => attempt(name)(1),
    'retry.scheduled': ({ name, delayMs }) => recordTime(delays, delayMs, at(name)),
    'retry.gave-up': ({ name, reason }) =>
      gaveUp.add(1, { ...at(name), [ATTRIBUTE.reason]: reasons.pick(reason) }),
    'breaker.opened': breaker('open'),
    'breaker.half-open': breaker('half-open'),
    'breaker.closed': breaker('closed'),
    'budget.spent': ({ name }) => spent.add(1, at(name)),
    'guard.allowed': ({ method }) => decide('allowed', method),
    'guard.denied': ({ method, reason, reportOnly }) =>
      decide(reportOnly === true ? 'reported' : 'denied', method, reason),
  };
}
