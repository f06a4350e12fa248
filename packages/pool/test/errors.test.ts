import { it } from 'vitest';
import { expectErrorShape } from '../../../test/error-shape.js';
import {
  ConfigError,
  isConfigError,
  isPoolClosedError,
  isPoolFullError,
  isPoolTimeoutError,
  PoolClosedError,
  PoolFullError,
  PoolTimeoutError,
} from '../src/index.js';
import { workshop } from './workshop.js';

const stats = workshop().pool.stats();

it.each([
  {
    name: 'PoolTimeoutError',
    error: new PoolTimeoutError('late', 'acquire', stats),
    type: PoolTimeoutError,
    guard: isPoolTimeoutError,
  },
  {
    name: 'PoolFullError',
    error: new PoolFullError('full', stats),
    type: PoolFullError,
    guard: isPoolFullError,
  },
  {
    name: 'PoolClosedError',
    error: new PoolClosedError('closed'),
    type: PoolClosedError,
    guard: isPoolClosedError,
  },
  {
    name: 'ConfigError',
    error: new ConfigError('maxTotal', 'wrong'),
    type: ConfigError,
    guard: isConfigError,
  },
])('$name has the shape of all errors', (each) => {
  expectErrorShape({ package: '@x/pool', ...each });
});
