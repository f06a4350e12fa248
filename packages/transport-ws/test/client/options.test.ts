import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { WebSocketClientTransport } from '../../src/index.js';

const url = 'wss://mcp.example/mcp';
const build = (options: unknown) => new WebSocketClientTransport(url, options as never);

const wrong: Record<string, readonly unknown[]> = {
  subprotocols: ['mcp', [1], ['a b'], ['mcp', 'mcp'], [''], null],
  subprotocolFallback: ['yes', 1, null],
  headers: ['Bearer', 5, [], null],
  handshakeTimeoutMs: [0, -1, Number.NaN, Infinity, '5', 2 ** 31],
  pingIntervalMs: [-1, Number.NaN, Infinity, '5', 2 ** 31],
  pongTimeoutMs: [0, -1, Number.NaN, '5'],
  idleTimeoutMs: [-1, Number.NaN, '5'],
  maxMessageBytes: [0, -1, 1.5, Infinity, '5'],
  maxBufferedBytes: [0, -1, 1.5, Infinity, '5'],
  compression: ['on', 1, null, []],
  closeCodes: [[], null, { 999: { redial: true } }, { 5000: { redial: true } }, { 4000: true }],
  tls: ['PEM', null, []],
  agent: ['agent', null, () => {}],
  guard: [{}, () => {}, null],
  signal: [{}, 'abort', null],
  observer: [{}, 'log', null],
  clock: [{}, { now: () => 0 }, null],
  WebSocket: [{}, 'ws', null],
};

const nested: readonly [string, unknown][] = [
  ['ca', { tls: { ca: 5 } }],
  ['cert', { tls: { cert: [] } }],
  ['key', { tls: { key: true } }],
  ['passphrase', { tls: { passphrase: 5 } }],
  ['servername', { tls: { servername: 5 } }],
  ['rejectUnauthorized', { tls: { rejectUnauthorized: 'no' } }],
  ['pfx', { tls: { pfx: 'x' } }],
  ['thresholdBytes', { compression: { thresholdBytes: 0 } }],
  ['contextTakeover', { compression: { contextTakeover: 1 } }],
  ['level', { compression: { level: 9 } }],
];

describe('an option', () => {
  it.each(
    Object.entries(wrong).flatMap(([option, values]) =>
      values.map((value) => [option, value] as const),
    ),
  )('%s of %o is refused by name', (option, value) => {
    expect(() => build({ [option]: value })).toThrow(
      expect.objectContaining({
        name: 'ConfigError',
        option,
        message: expect.stringContaining(option),
      }),
    );
  });

  it.each(nested)('within another one is refused by name: %s', (option, options) => {
    expect(() => build(options)).toThrow(expect.objectContaining({ name: 'ConfigError', option }));
  });

  it('that nobody knows is refused, and the known ones are named', () => {
    expect(() => build({ timeout: 5 })).toThrow(
      expect.objectContaining({
        option: 'timeout',
        message: expect.stringContaining('handshakeTimeoutMs'),
      }),
    );
    expect(() => build({ constructor: 5 })).toThrow(/unknown option "constructor"/);
  });

  it('that is undefined is absent', () => {
    expect(
      build(Object.fromEntries(Object.keys(wrong).map((name) => [name, undefined]))),
    ).toBeDefined();
  });

  it.each([null, 5, 'x', []])('cannot stand in %o', (options) => {
    expect(() => build(options)).toThrow(expect.objectContaining({ option: 'options' }));
  });

  it.each([
    { headers: 's3cret' },
    { subprotocols: 's3cret' },
    { subprotocols: ['s3cret '] },
    { tls: 's3cret' },
    { tls: { passphrase: { s3cret: 1 } } },
    { headers: { a: { toString: () => 's3cret' } } },
  ])('that may be a secret is not quoted: %o', (options) => {
    let said = '';
    try {
      build(options);
    } catch (error) {
      said = String(error);
    }
    expect(said).toContain('ConfigError');
    expect(said).not.toContain('s3cret');
  });
});

describe('options of a class', () => {
  class WithGetter {
    get headers() {
      return { a: 'b' };
    }
  }

  it.each([new WithGetter(), Object.create({ headers: { a: 'b' } })])(
    'are refused, because they would be ignored in part',
    (options) => {
      expect(() => build(options)).toThrow(
        expect.objectContaining({ name: 'ConfigError', option: 'options' }),
      );
    },
  );

  it('are not those without a prototype', () => {
    expect(build(Object.assign(Object.create(null), { subprotocols: [] }))).toBeDefined();
  });
});

describe('a URL', () => {
  it.each([
    undefined,
    null,
    5,
    {},
    '',
    'mcp.example',
    '/mcp',
    'http://mcp.example/',
    'https://mcp.example/',
    'ftp://mcp.example/',
    'ws://',
    'ws://a b/',
    'wss://user@mcp.example/',
    'wss://:pass@mcp.example/',
    'wss://mcp.example/#',
    'wss://mcp.example/#x',
    'wss://mcp.example/?access_token=1',
    'wss://mcp.example/?Access_Token=1',
    'wss://mcp.example/?a=b&token=1',
    'wss://mcp.example/?api_key=1',
    'wss://mcp.example/?apiKey=1',
  ])('of %j is refused', (bad) => {
    expect(() => new WebSocketClientTransport(bad as string)).toThrow(
      expect.objectContaining({ name: 'ConfigError', option: 'url', retryable: false }),
    );
  });

  it.each(['key', 'ticket', 'tokens', 'tokenize'])('may have a parameter %s', (name) => {
    expect(new WebSocketClientTransport(`${url}?${name}=1`)).toBeDefined();
  });

  it('may be a URL object', () => {
    expect(new WebSocketClientTransport(new URL(url))).toBeDefined();
  });
});

describe('a WebSocket class of the user', () => {
  class Standard extends WebSocket {}

  it.each([
    ['headers', { a: 'b' }],
    ['headers', {}],
    ['tls', {}],
    ['agent', {}],
    ['subprotocolFallback', true],
    ['subprotocolFallback', false],
    ['pingIntervalMs', 5_000],
    ['pingIntervalMs', 0],
    ['pongTimeoutMs', 5_000],
    ['compression', true],
    ['compression', false],
  ])('makes %s of %o impossible, which is said, not ignored', (option, value) => {
    expect(() => build({ WebSocket: Standard, [option]: value })).toThrow(
      expect.objectContaining({
        name: 'ConfigError',
        option,
        message: expect.stringMatching(/cannot be honoured here/),
      }),
    );
  });

  it('leaves all other options possible', () => {
    const possible = {
      WebSocket: Standard,
      subprotocols: [],
      handshakeTimeoutMs: 1,
      idleTimeoutMs: 1,
      maxMessageBytes: 1,
      maxBufferedBytes: 1,
      closeCodes: {},
      guard: { check: async (checked: string) => ({ url: checked }) },
      signal: new AbortController().signal,
      observer: () => {},
    };
    expect(build(possible)).toBeDefined();
  });
});
