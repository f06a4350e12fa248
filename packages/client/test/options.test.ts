import { describe, expect, it } from 'vitest';
import { isConfigError, McpClient, type McpClientOptions } from '../src/index.js';
import { type SdkSessionOptions, sdkSession } from '../src/sdk.js';
import { always, fakeSession } from './fake-session.js';

const sessions = always(fakeSession(async () => ({})));

const wrong = (option: string) =>
  expect.toSatisfy((error) => isConfigError(error) && error.option === option);

describe('McpClient', () => {
  it.each([
    ['sessions', { sessions: undefined }],
    ['sessions', { sessions: { use() {} } }],
    ['forget', { forget: {} }],
    ['policy', { policy: () => {} }],
    ['observer', { observer: {} }],
    ['trace', { trace: {} }],
    ['timeoutMs', { timeoutMs: Number.NaN }],
    ['timeoutMs', { timeoutMs: '5' }],
    ['throwOnToolError', { throwOnToolError: 1 }],
    ['trustAnnotations', { trustAnnotations: null }],
    ['maxPages', { maxPages: 0 }],
    ['maxCachedLists', { maxCachedLists: 1.5 }],
    ['relistenBaseMs', { relistenBaseMs: -1 }],
    ['relistenMaxMs', { relistenMaxMs: Infinity }],
    ['clock', { clock: Date }],
    ['random', { random: 0.5 }],
    ['timeout', { timeout: 5 }],
    ['constructor', { constructor: 5 }],
  ])('wants a right %s', (option, options) => {
    const make = () => new McpClient({ sessions, ...options } as unknown as McpClientOptions);
    expect(make).toThrow(wrong(option));
  });

  it('says what would be right, and quotes no value that may be a secret', () => {
    expect(() => new McpClient({ sessions, maxPages: 0 })).toThrow(
      'maxPages must be a whole number of 1 or more, got 0',
    );
    const secret = { sessions, timeoutMs: 's3cret' } as unknown as McpClientOptions;
    expect(() => new McpClient(secret)).toThrow('got a value of type string');
  });

  it('once closed makes no call', async () => {
    const client = new McpClient({ sessions });
    await client.close();
    const closed = { code: 'SESSION', delivery: 'not-sent', retryable: false };
    await expect(client.request('ws://h/', 'ping')).rejects.toMatchObject(closed);
    await expect(client.listTools('ws://h/')).rejects.toMatchObject(closed);
  });

  it.each(['callTool', 'listTools', 'getPrompt', 'readResource', 'discover', 'listen'] as const)(
    'takes no null for the options of %s',
    async (call) => {
      const client = new McpClient({ sessions });
      const { [call]: method } = client as unknown as Record<
        string,
        (...args: unknown[]) => unknown
      >;
      const args = { callTool: ['a', {}], getPrompt: ['a', {}], readResource: ['a'], listen: [{}] };
      const given = (args as Record<string, unknown[]>)[call] ?? [];
      await expect(method?.call(client, 'ws://h/', ...given, null)).rejects.toEqual(
        wrong('options'),
      );
    },
  );

  it('closes with `await using`', async () => {
    let ends = 0;
    const session = fakeSession(async () => ({}), { close: async () => void ends++ });
    {
      await using client = new McpClient({ sessions: always(session) });
      await client.request('ws://h/', 'ping');
    }
    expect(ends).toBe(1);
  });
});

describe('sdkSession', () => {
  it.each([
    ['probeTimeoutMs', 0],
    ['timeoutMs', '5'],
    ['handlerTimeoutMs', -1],
    ['maxInputRounds', 0],
    ['clock', {}],
    ['probe', 5],
  ])('wants a right %s', (option, value) => {
    expect(() => sdkSession({ [option]: value } as SdkSessionOptions)).toThrow(wrong(option));
  });
});
