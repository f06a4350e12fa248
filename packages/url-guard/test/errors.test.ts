import { describe, expect, it } from 'vitest';
import { expectErrorShape } from '../../../test/error-shape.js';
import {
  ConfigError,
  createUrlGuard,
  type GuardEvent,
  isConfigError,
  isUnsafeUrlError,
  UnsafeUrlError,
} from '../src/index.js';
import { FakeClock } from './fake-clock.js';

const SECRETS = [
  'http://s3cret:s3cret@name.test/s3cret?s3cret#s3cret',
  'http://s3cret@127.0.0.1/',
  'https://name.test/s3cret?token=s3cret',
  'https://127.0.0.1/?token=s3cret',
  'https://na me.test/?token=s3cret',
  'https://na me.test/hooks/s3cret',
  'http://name.test:port/s3cret',
  'http://user:s3cret',
  'user:s3cret',
  'not a URL s3cret',
  '[::1]s3cret',
  'http://s3cret:s3cr#et@[bad/s3cret@',
  'http://na me?s3cret:s3cret@[bad/@',
  'http://u:s3cret#x@[bad',
  'blob:https://s3cret:s3cret@name.test/',
  'view-source:http://s3cret@name.test',
  'data:text/plain,s3cret',
  'javascript:s3cret',
  'gopher://s3cret:s3cret@name.test/s3cret',
];

it('errors are recognised across copies of the package', () => {
  expectErrorShape({
    package: '@x/url-guard',
    error: new UnsafeUrlError('private', 'http://name.test', { address: '10.0.0.1' }),
    name: 'UnsafeUrlError',
    type: UnsafeUrlError,
    guard: isUnsafeUrlError,
  });
  expectErrorShape({
    package: '@x/url-guard',
    error: new ConfigError('ports', 'ports must be'),
    name: 'ConfigError',
    type: ConfigError,
    guard: isConfigError,
  });
});

it('a refusal says what, why and where, and that trying again is no use', async () => {
  const guard = createUrlGuard({ resolve: () => ['1.1.1.1', '10.0.0.1'] });
  const error = await guard.check('https://name.test:8443/mcp').catch((reason) => reason);
  expect(error.message).toBe('https://name.test:8443 is refused: mixed-answer, 10.0.0.1');
  expect(error).toMatchObject({
    code: 'UNSAFE_URL',
    delivery: 'not-sent',
    retryable: false,
    reason: 'mixed-answer',
    target: 'https://name.test:8443',
    address: '10.0.0.1',
  });
  expect(Object.hasOwn(error, 'cause')).toBe(false);
});

describe('credentials', () => {
  it.each(SECRETS)('never show: %s', async (url) => {
    const events: GuardEvent[] = [];
    const guard = createUrlGuard({
      resolve: () => ['10.0.0.1'],
      observer: (event) => void events.push(event),
    });
    guard.inspect(url);
    const error = await guard.check(url).catch((reason) => reason);
    const fetched = await guard.fetch(url).catch((reason) => reason);
    for (const { message, stack, target } of [error, fetched]) {
      expect(`${message} ${stack} ${target}`).not.toMatch(/s3c/);
    }
    expect(events.length).toBe(3);
    expect(JSON.stringify(events)).not.toMatch(/s3c/);
  });
});

it('what does not parse is called by what may be its scheme and host', async () => {
  const { check } = createUrlGuard();
  for (const [url, target] of [
    ['name.test/mcp?x', '"name.test"'],
    ['https://na me.test/mcp', '"https://na"'],
    ['http://name.test:port/', '"***"'],
    ['http://[::1', '"***"'],
    ['x'.repeat(64), '"***"'],
    ['', '"***"'],
  ]) {
    await expect(check(url ?? '')).rejects.toMatchObject({ target });
  }
});

describe('events', () => {
  it('tell every decision once', async () => {
    const clock = new FakeClock();
    const events: GuardEvent[] = [];
    const guard = createUrlGuard({
      clock,
      resolve: (name) => (name === 'good.test' ? ['1.1.1.1'] : ['10.0.0.1']),
      observer: (event) => void events.push(event),
    });
    guard.inspect('wss://good.test/mcp');
    guard.inspect('wss://127.0.0.1/mcp');
    clock.advance(5);
    await guard.check('wss://good.test/mcp');
    await guard.check('wss://bad.test/mcp').catch(() => {});
    await guard.check('nonsense').catch(() => {});
    await new Promise((resolve) => guard.lookup('bad.test', { all: true }, resolve));
    const socket = guard.connect({ host: '::1', port: 443 });
    await new Promise((resolve) => socket.once('error', resolve));
    const denied = { type: 'guard.denied', reportOnly: false };
    expect(events).toEqual([
      { type: 'guard.allowed', at: 1_000, method: 'inspect', target: 'wss://good.test' },
      { ...denied, at: 1_000, method: 'inspect', target: 'wss://127.0.0.1', reason: 'loopback' },
      {
        type: 'guard.allowed',
        at: 1_005,
        method: 'check',
        target: 'wss://good.test',
        addresses: ['1.1.1.1'],
      },
      {
        ...denied,
        at: 1_005,
        method: 'check',
        target: 'wss://bad.test',
        reason: 'private',
        addresses: ['10.0.0.1'],
      },
      {
        ...denied,
        at: 1_005,
        method: 'check',
        target: '"nonsense"',
        reason: 'unparsable',
        addresses: [],
      },
      {
        ...denied,
        at: 1_005,
        method: 'lookup',
        target: 'bad.test',
        reason: 'private',
        addresses: ['10.0.0.1'],
      },
      {
        ...denied,
        at: 1_005,
        method: 'connect',
        target: '[::1]:443',
        reason: 'loopback',
        addresses: ['::1'],
      },
    ]);
  });

  it('may be watched by an observer that throws', async () => {
    const guard = createUrlGuard({
      resolve: () => ['1.1.1.1'],
      observer: () => {
        throw new Error('broken');
      },
    });
    expect(guard.inspect('https://name.test').allowed).toBe(true);
    expect((await guard.check('https://name.test')).addresses).toEqual(['1.1.1.1']);
  });

  it('may be watched by an observer that rejects', async () => {
    let told = 0;
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', listen);
    const guard = createUrlGuard({
      observer: async () => {
        told++;
        throw new Error('broken');
      },
    });
    expect(guard.inspect('https://name.test').allowed).toBe(true);
    // Node tells of rejections that nobody handles before it goes on.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listen);
    expect([told, unhandled]).toEqual([1, []]);
  });

  it('are not even made without an observer', () => {
    const clock = new FakeClock();
    clock.now = () => expect.unreachable('nobody looks at the time');
    expect(createUrlGuard({ clock }).inspect('https://name.test').allowed).toBe(true);
  });
});
