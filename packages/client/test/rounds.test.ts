// Calls of many rounds, through both makers of sessions: what a server has begun must not begin again.
import { inputRequired, McpServer } from '@modelcontextprotocol/server';
import { retry } from '@x/retry';
import { leanSession } from '@x/session';
import { describe, expect, it } from 'vitest';
import { type Handlers, isHandlerError, isOutcomeUnknownError } from '../src/index.js';
import { sdkSession } from '../src/sdk.js';
import { clientOf, type MemoryOptions, memoryServer, type Runs, URL_A } from './workshop.js';

/** Begins, asks, and ends with the answer. */
function asking(runs: Runs) {
  const ask = async (name: string, { mcpReq }: { mcpReq: { inputResponses?: unknown } }) => {
    if (mcpReq.inputResponses === undefined) {
      runs[name] = (runs[name] ?? 0) + 1;
      return inputRequired({ inputRequests: { roots: inputRequired.listRoots() } });
    }
    return { content: [{ type: 'text' as const, text: 'done' }] };
  };
  return () => {
    const server = new McpServer({ name: 'asking', version: '1.0.0' });
    server.registerTool('pay', {}, (context) => ask('pay', context));
    const annotations = { readOnlyHint: true };
    server.registerTool('look', { annotations }, (context) => ask('look', context));
    return server;
  };
}

const makers = [
  ['sdkSession', sdkSession()],
  ['leanSession', leanSession()],
] as const;

describe.each(makers)('with %s', (_, session) => {
  const setup = (intercept?: MemoryOptions['intercept'], handler?: Handlers[string]) => {
    const runs: Runs = {};
    const asked: unknown[] = [];
    const server = memoryServer(asking(runs), intercept && { intercept });
    // Whoever leaves vouches that all is answered.
    const closed = Promise.resolve({ code: 1001, delivery: 'not-sent' as const });
    const dial: typeof server.dial = async (...args) =>
      Object.assign(await server.dial(...args), { closed });
    const client = clientOf(
      { dial },
      {
        session,
        handlers: {
          'roots/list': (...question) => {
            asked.push(question);
            return handler?.(...question) ?? { roots: [] };
          },
        },
        client: { policy: retry({ attempts: 3, backoff: { delayMs: () => 0 } }) },
      },
    );
    const call = (tool: string) =>
      client.callTool(URL_A, tool).then(
        ({ content }) => content[0]?.text,
        (error) => error,
      );
    return { runs, asked, server, call };
  };

  /** Refuses the second round of the first call. */
  const refusing = (how: 'drain' | 'leave'): MemoryOptions['intercept'] => {
    let rounds = 0;
    return ({ method, id, params }, { server }) => {
      if (method !== 'tools/call' || params?.inputResponses === undefined || rounds++ > 0) return;
      const data = { reason: 'draining', retryAfterMs: 1 };
      const error = { code: -32010, message: 'draining', data };
      if (how === 'drain') void server.send({ jsonrpc: '2.0', id, error } as never);
      else void server.close();
      return true;
    };
  };

  it.each(['drain', 'leave'] as const)(
    'a tool whose later round meets a server that is to %s runs once, and its outcome is unknown',
    async (how) => {
      const { runs, asked, call } = setup(refusing(how));
      expect(await call('pay')).toSatisfy(isOutcomeUnknownError);
      expect(runs).toEqual({ pay: 1 });
      expect(asked).toHaveLength(1);
    },
  );

  it('a tool whose server leaves in good order while the user is asked runs once too', async () => {
    const { runs, asked, call, server } = setup(undefined, async () => {
      await server.connections.at(-1)?.server.close();
      return { roots: [] };
    });
    expect(await call('pay')).toSatisfy(isOutcomeUnknownError);
    expect(runs).toEqual({ pay: 1 });
    expect(asked).toHaveLength(1);
  });

  it('a tool that only reads is called again, on another session', async () => {
    const { runs, call, server } = setup(refusing('drain'));
    expect(await call('look')).toBe('done');
    expect(runs).toEqual({ look: 2 });
    expect(server.connections).toHaveLength(2);
  });

  it.each([
    Object.assign(new Error('elsewhere'), { delivery: 'not-sent', retryable: true }),
    null,
    'text',
  ])('a handler that throws %s fails the call, once', async (thrown) => {
    const { runs, call, server } = setup(undefined, () => Promise.reject(thrown));
    const error = await call('pay');
    expect(error).toSatisfy(isHandlerError);
    expect(error).toMatchObject({ delivery: 'answered', retryable: false, cause: thrown });
    expect(runs).toEqual({ pay: 1 });
    expect(server.connections).toHaveLength(1);
  });

  it('a -32010 of a server that means something else by it is an answer', async () => {
    const { runs, call, server } = setup(({ method, id }, { server }) => {
      if (method !== 'tools/call') return false;
      runs.pay = (runs.pay ?? 0) + 1;
      const error = { code: -32010, message: 'insufficient funds' };
      void server.send({ jsonrpc: '2.0', id, error } as never);
      return true;
    });
    expect(await call('pay')).toMatchObject({ rpcCode: -32010, delivery: 'answered' });
    expect(runs).toEqual({ pay: 1 });
    expect(server.connections).toHaveLength(1);
  });
});
