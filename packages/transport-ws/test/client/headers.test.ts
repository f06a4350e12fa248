import { describe, expect, it } from 'vitest';
import { WebSocketClientTransport } from '../../src/index.js';
import { wsPeer } from '../servers.js';
import { connected, rejection, watched } from './watched.js';

const bad = [
  ['a line break', { authorization: 'Bearer s3cret\r\nx-evil: 1' }],
  ['a lone line feed', { authorization: 's3cret\n' }],
  ['a NUL', { authorization: 's3cret\0' }],
  ['beyond Latin-1', { authorization: 's3cret€' }],
  ['a number', { authorization: 5 }],
  ['undefined', { authorization: undefined }],
  ['a list', { authorization: ['s3cret'] }],
  ['a name that is no token', { 's3cret: x': 'y' }],
  ['an empty name', { '': 's3cret' }],
  ['the same name twice', { authorization: 's3cret', Authorization: 's3cret2' }],
  ['host', { Host: 's3cret.example' }],
  ['connection', { connection: 's3cret' }],
  ['upgrade', { Upgrade: 's3cret' }],
  ['sec-websocket-key', { 'Sec-WebSocket-Key': 's3cret' }],
  ['sec-websocket-protocol', { 'sec-websocket-protocol': 's3cret' }],
] as const;

describe('headers', () => {
  it('go with the upgrade', async () => {
    const peer = await wsPeer();
    await connected(peer.url, { headers: { Authorization: 'Bearer t', 'x-tenant': 'a' } });
    expect(peer.upgrades.items[0]).toMatchObject({ authorization: 'Bearer t', 'x-tenant': 'a' });
  });

  it('of a function are asked for at each dial', async () => {
    const peer = await wsPeer();
    let token = 0;
    const headers = async () => {
      token += 1;
      return { authorization: `Bearer ${token}` };
    };
    await connected(peer.url, { headers });
    await connected(peer.url, { headers });
    expect(peer.upgrades.items.map(({ authorization }) => authorization)).toEqual([
      'Bearer 1',
      'Bearer 2',
    ]);
  });

  it('of a function that throws fail the dial, with the cause', async () => {
    const peer = await wsPeer();
    const cause = new Error('no token today');
    const { transport } = watched(peer.url, {
      headers: () => {
        throw cause;
      },
    });
    expect(await rejection(transport.start())).toMatchObject({
      name: 'ConnectionError',
      code: 'DIAL_FAILED',
      delivery: 'not-sent',
      cause,
    });
    expect(peer.upgrades.length).toBe(0);
  });

  it.each(bad)('with %s are refused when built, without quoting them', (_, headers) => {
    let error: unknown;
    try {
      new WebSocketClientTransport('ws://127.0.0.1/', { headers: headers as never });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ name: 'ConfigError', option: 'headers' });
    expect(String(error)).not.toContain('s3cret');
  });

  it.each([...bad, ['null', null], ['a string', 's3cret']] as const)(
    'of a function with %s are refused at the dial, without quoting them',
    async (_, headers) => {
      const peer = await wsPeer();
      const { transport, events } = watched(peer.url, { headers: () => headers as never });
      const error = await rejection(transport.start());
      expect(error).toMatchObject({ name: 'ConfigError', option: 'headers', retryable: false });
      expect(`${error.message} ${JSON.stringify(events.items)}`).not.toContain('s3cret');
      expect(peer.upgrades.length).toBe(0);
    },
  );
});

describe('the headers function', () => {
  it('is asked again for the second dial of a fallback', async () => {
    const peer = await wsPeer({ handleProtocols: () => false });
    let asked = 0;
    const headers = () => {
      asked += 1;
      return { 'x-ticket': `${asked}` };
    };
    await connected(peer.url, { subprotocolFallback: true, headers });
    expect(peer.upgrades.items.map((upgrade) => upgrade['x-ticket'])).toEqual(['1', '2']);
  });
});
