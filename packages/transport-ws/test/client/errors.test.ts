import { describe, expect, it } from 'vitest';
import { expectErrorShape } from '../../../../test/error-shape.js';
import {
  ConfigError,
  ConnectionError,
  isConfigError,
  isConnectionError,
  isTransportError,
  TransportError,
  WebSocketClientTransport,
} from '../../src/index.js';
import { refusingPeer, wsPeer } from '../servers.js';
import { connected, rejection, watched } from './watched.js';

const pkg = '@x/transport-ws';

describe('the errors', () => {
  it('of the transport have the shape of the house', async () => {
    const error = await rejection(watched('ws://127.0.0.1:1/mcp').transport.send({}));
    expectErrorShape({
      package: pkg,
      error,
      name: 'TransportError',
      type: TransportError,
      guard: isTransportError,
    });
  });

  it('of the connection have it, and are errors of the transport', async () => {
    const { url } = await refusingPeer(503, { 'retry-after': '1' });
    const error = await rejection(watched(url).transport.start());
    expectErrorShape({
      package: pkg,
      error,
      name: 'ConnectionError',
      type: ConnectionError,
      guard: isConnectionError,
    });
    expect(error).toBeInstanceOf(TransportError);
    expect(isTransportError(error)).toBe(true);
    expect(isConfigError(error)).toBe(false);
  });

  it('of an option have it', () => {
    let error: unknown;
    try {
      new WebSocketClientTransport('http://127.0.0.1/');
    } catch (thrown) {
      error = thrown;
    }
    expectErrorShape({
      package: pkg,
      error,
      name: 'ConfigError',
      type: ConfigError,
      guard: isConfigError,
    });
    expect(error).toMatchObject({
      code: 'CONFIG',
      option: 'url',
      retryable: false,
      delivery: 'not-sent',
    });
  });

  it('are no instances of what a user derives from them', () => {
    class Mine extends TransportError {}
    expect(new TransportError('CLOSED', 'x')).not.toBeInstanceOf(Mine);
    expect(new ConnectionError('CONNECTION_LOST', 'x')).not.toBeInstanceOf(Mine);
    expect(new Mine('CLOSED', 'x')).toBeInstanceOf(Mine);
    expect(new Mine('CLOSED', 'x')).toBeInstanceOf(TransportError);
  });

  it.each([
    ['INVALID_MESSAGE', '[]'],
    ['INVALID_MESSAGE', Buffer.from('binary')],
    ['MESSAGE_TOO_BIG', 'x'.repeat(101)],
  ] as const)(
    'say of delivery what they know: nothing, where %s came in',
    async (code, message) => {
      const peer = await wsPeer();
      const { errors } = await connected(peer.url, { maxMessageBytes: 100 });
      peer.sockets.items[0]?.send(message);
      expect(await errors.first(1)).toMatchObject([{ code, delivery: 'unknown' }]);
    },
  );
});
