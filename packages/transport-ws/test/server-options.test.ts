import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import {
  attachWebSocket,
  ConfigError,
  type ServeWebSocketOptions,
  serveWebSocket,
  WebSocketServerTransport,
} from '../src/server.js';

const serving = (options: unknown) =>
  serveWebSocket(() => ({}) as never, options as ServeWebSocketOptions);

const NaNs = [Number.NaN, Number.POSITIVE_INFINITY, '1', null];
const counts = [-1, 1.5, ...NaNs];
const durations = [-1, 2 ** 31, ...NaNs];
const functions = ['no', {}, null];

/** What each option does not take. */
const wrong: Record<keyof ServeWebSocketOptions, readonly unknown[]> = {
  host: [7, null],
  port: [-1, 65_536, 80.5, '80'],
  path: ['', 'mcp', '/mcp?a=b', '/mcp#a', '/a b', '/mëcp', '/a/../b', 7],
  tls: ['cert', null, true],
  legacy: ['reject', 1, null],
  maxSubscriptions: [0, ...counts],
  drainSignals: ['SIGTERM', ['TERM'], ['SIGKILL'], ['SIGSTOP'], ['SIGNONSENSE'], [15]],
  onerror: functions,
  allowedOrigins: [
    'https://a.example',
    ['a.example'],
    ['https://a.example/'],
    ['https://a.example/path'],
    ['https://a.example:443'],
    ['https://user@a.example'],
    ['file://'],
    [7],
    [''],
  ],
  allowedHosts: [
    'a.example',
    ['a.example:80'],
    ['[::1]:80'],
    ['https://a.example'],
    ['a.example/path'],
    ['user@a.example'],
    ['a b'],
    [''],
    [7],
  ],
  authenticate: functions,
  authenticateTimeoutMs: [0, ...durations],
  subprotocols: ['mcp', ['a b'], ['mcp', 'mcp'], [7], ['']],
  acceptUnknownSubprotocols: [1, 'yes', null],
  maxConnections: [0, ...counts],
  maxConnectionsPerIp: counts,
  compression: ['yes', 1, null, [], { level: 9 }, { thresholdBytes: 0 }, { contextTakeover: 1 }],
  maxMessageBytes: [0, ...counts],
  maxBufferedBytes: [0, ...counts],
  slowConsumerTimeoutMs: [0, ...durations],
  maxInFlight: [0, ...counts],
  pingIntervalMs: durations,
  pongTimeoutMs: [0, ...durations],
  maxConnectionAgeMs: durations,
  drainTimeoutMs: durations,
  retryAfterMs: durations,
  observer: functions,
  clock: [{}, { now: Date.now }, null],
  random: [0.5, null],
};

describe('a wrong value is refused, and named', () => {
  it.each(Object.entries(wrong))('%s', async (option, values) => {
    for (const value of values) {
      const error = await serving({ [option]: value }).catch((fault: unknown) => fault);
      expect(error, `${option}: ${String(value)}`).toBeInstanceOf(ConfigError);
      const { option: named, message } = error as ConfigError;
      // Those inside of compression are named themselves.
      expect([option, ...Object.keys(Object(value))]).toContain(named);
      expect(message).toContain(named);
    }
  });

  it.each(['maxMessageByte', 'maxConnection', '__proto__x', 'toString'])(
    'unknown: %s',
    async (option) => {
      const unknown = { [option]: 1 };
      const message = expect.stringMatching(
        `unknown option "${option}"; the options are: .*maxMessageBytes`,
      );
      await expect(serving(unknown)).rejects.toMatchObject({ option, message });
      const http = createServer();
      expect(() => attachWebSocket(http, unknown, () => {})).toThrow(ConfigError);
      expect(() => new WebSocketServerTransport({} as never, unknown)).toThrow(ConfigError);
      expect(http.listenerCount('upgrade')).toBe(0);
    },
  );

  it('says what would be right', async () => {
    await expect(serving({ maxInFlight: -1 })).rejects.toThrow(
      'maxInFlight must be a whole number, 1 or more, got -1',
    );
    await expect(serving({ allowedHosts: ['a:80'] })).rejects.toThrow(
      'allowedHosts must be an array of host names without scheme and port, such as "mcp.example.com", got an array of 1',
    );
    await expect(serving('options')).rejects.toThrow('options must be an object');
  });
});

it('what belongs to the listener is no option of attachWebSocket, and neither is what each connection has', () => {
  const http = createServer();
  expect(() => attachWebSocket(http, { port: 1 } as never, () => {})).toThrow(
    'unknown option "port"',
  );
  const path = { path: '/' } as never;
  expect(() => new WebSocketServerTransport({} as never, path)).toThrow('unknown option "path"');
});

it('undefined is the same as absent', async () => {
  const none = Object.fromEntries(Object.keys(wrong).map((option) => [option, undefined]));
  const handle = await serving(none);
  expect(handle.url).toContain('/mcp');
  await handle.close();
});

it('what is no http server, and what is no function, is named', () => {
  expect(() => attachWebSocket({} as never, {}, () => {})).toThrow(
    expect.objectContaining({ option: 'httpServer' }),
  );
  expect(() => attachWebSocket(createServer(), {}, undefined as never)).toThrow(
    expect.objectContaining({ option: 'onTransport' }),
  );
});

it('a wrong authInfo of a transport is named, without its token', () => {
  const options = { authInfo: { token: 'hunter2' } } as never;
  expect(() => new WebSocketServerTransport({} as never, options)).toThrow(/^authInfo must be/);
  expect(() => new WebSocketServerTransport({} as never, options)).not.toThrow('hunter2');
});
