import { expect, it } from 'vitest';
import { expectErrorShape } from '../../../test/error-shape.js';
import {
  BulkheadFullError,
  CircuitOpenError,
  ConfigError,
  isBulkheadFullError,
  isCircuitOpenError,
  isConfigError,
  isTimeoutError,
  TimeoutError,
} from '../src/index.js';

it.each([
  { name: 'TimeoutError', type: TimeoutError, guard: isTimeoutError, error: new TimeoutError(5) },
  {
    name: 'CircuitOpenError',
    type: CircuitOpenError,
    guard: isCircuitOpenError,
    error: new CircuitOpenError({ retryAfterMs: 5, cause: 'x' }),
  },
  {
    name: 'BulkheadFullError',
    type: BulkheadFullError,
    guard: isBulkheadFullError,
    error: new BulkheadFullError(1, 2),
  },
  {
    name: 'ConfigError',
    type: ConfigError,
    guard: isConfigError,
    error: new ConfigError('attempts', 'attempts must be right'),
  },
])('$name has the shape and the brand of the house', ({ name, type, guard, error }) => {
  expectErrorShape({ package: '@x/retry', name, error, type, guard });
  expect(error.stack).toContain('errors.test');
});

it('each class knows only its own', () => {
  expect(new TimeoutError(1)).not.toBeInstanceOf(CircuitOpenError);
  expect(new ConfigError('a', 'b')).not.toBeInstanceOf(TimeoutError);
});

it('codes, delivery and the rest are as pinned', () => {
  expect(new TimeoutError(5)).toMatchObject({ code: 'TIMEOUT', delivery: 'unknown' });
  expect(new CircuitOpenError()).toMatchObject({ code: 'CIRCUIT_OPEN', delivery: 'not-sent' });
  expect(new BulkheadFullError(1, 2)).toMatchObject({
    code: 'BULKHEAD_FULL',
    delivery: 'not-sent',
    retryable: false,
  });
  expect(new ConfigError('a', 'b')).toMatchObject({
    code: 'CONFIG',
    retryable: false,
    option: 'a',
  });
  for (const error of [new TimeoutError(5), new CircuitOpenError()]) {
    expect(Object.keys(error)).not.toContain('retryAfterMs');
    expect(Object.keys(error)).not.toContain('retryable');
  }
});
