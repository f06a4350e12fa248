import { describe, expect, it } from 'vitest';
import { expectErrorShape } from '../../../test/error-shape.js';
import {
  ConfigError,
  isConfigError,
  isLegacyServerError,
  isProtocolError,
  isTimeoutError,
  ProtocolError,
  TimeoutError,
} from '../src/index.js';

const PACKAGE = '@x/session';

describe('errors', () => {
  it('have the shape that all packages agree on', () => {
    const told = { delivery: 'not-sent', rpcCode: -32010, data: {}, retryAfterMs: 5 } as const;
    expectErrorShape({
      package: PACKAGE,
      name: 'ProtocolError',
      type: ProtocolError,
      guard: isProtocolError,
      error: new ProtocolError('RPC_ERROR', 'no', told, new Error('cause')),
    });
    expectErrorShape({
      package: PACKAGE,
      name: 'TimeoutError',
      type: TimeoutError,
      guard: isTimeoutError,
      error: new TimeoutError('tools/list', 5),
    });
    expectErrorShape({
      package: PACKAGE,
      name: 'ConfigError',
      type: ConfigError,
      guard: isConfigError,
      error: new ConfigError('clock', 'wrong'),
    });
  });

  it('have no members that do not apply', () => {
    const error = new ProtocolError('RPC_ERROR', 'no', { rpcCode: 1, data: undefined });
    expect(Object.keys(error).sort()).toEqual(['code', 'delivery', 'rpcCode']);
    expect(error).not.toHaveProperty('cause');
  });

  it('say which of them is about a server of the older era', () => {
    expect(isLegacyServerError(new ProtocolError('LEGACY_SERVER', ''))).toBe(true);
    for (const other of [new ProtocolError('RPC_ERROR', ''), new Error(), undefined, 'x']) {
      expect(isLegacyServerError(other)).toBe(false);
    }
  });
});
