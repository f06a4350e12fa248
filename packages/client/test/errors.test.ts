import { describe, expect, it } from 'vitest';
import { expectErrorShape } from '../../../test/error-shape.js';
import * as client from '../src/index.js';

const result: client.CallToolResult = { content: [{ type: 'text', text: 'no' }], isError: true };

const cases = {
  ProtocolError: [new client.ProtocolError('m', { rpcCode: -1, data: 1 }), client.isProtocolError],
  OutcomeUnknownError: [
    new client.OutcomeUnknownError('t', 'ws://h/'),
    client.isOutcomeUnknownError,
  ],
  ToolError: [new client.ToolError('t', result), client.isToolError],
  UnsupportedTransportError: [
    new client.UnsupportedTransportError('ftp', ['ws', 'wss']),
    client.isUnsupportedTransportError,
  ],
  TimeoutError: [new client.TimeoutError('m', 5), client.isTimeoutError],
  SessionError: [new client.SessionError('m', 'unknown'), client.isSessionError],
  HandlerError: [new client.HandlerError('m'), client.isHandlerError],
  ConfigError: [new client.ConfigError('o', 'm'), client.isConfigError],
} as const;

describe('an error', () => {
  it.each(Object.entries(cases))('%s has the common shape', (name, [error, guard]) => {
    const type = Object.getPrototypeOf(error).constructor;
    expectErrorShape({ package: '@x/client', error, name, type, guard });
  });

  it('of one kind is none of the others', () => {
    for (const [name, [error]] of Object.entries(cases)) {
      const kinds = Object.entries(cases).filter(([, [, guard]]) => guard(error));
      expect(kinds.map(([kind]) => kind)).toEqual([name]);
    }
  });
});
