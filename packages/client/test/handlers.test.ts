import { inputRequired, McpServer } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { FakeClock, flush } from '../../../test/fake-clock.js';
import { type Handlers, isHandlerError } from '../src/index.js';
import { clientOf, memoryServer, URL_A } from './workshop.js';

const MESSAGE = 'your name?';
const requestedSchema = {
  type: 'object' as const,
  properties: { name: { type: 'string' as const } },
};

/** Asks the user, the model and the roots, in the way of its era. */
function askingServer(): McpServer {
  const server = new McpServer({ name: 'asking', version: '1.0.0' });
  server.registerTool('ask', {}, async ({ mcpReq }) => {
    const answers = mcpReq.inputResponses as Record<string, unknown> | undefined;
    if (answers === undefined) {
      return inputRequired({
        inputRequests: {
          name: inputRequired.elicit({ message: MESSAGE, requestedSchema }),
          thought: inputRequired.createMessage({
            messages: [{ role: 'user', content: { type: 'text', text: 'think' } }],
            maxTokens: 10,
          }),
          roots: inputRequired.listRoots(),
        },
      });
    }
    return { content: [{ type: 'text', text: JSON.stringify(answers) }] };
  });
  return server;
}

const handlers: Handlers = {
  'elicitation/create': ({ message }) => ({
    action: 'accept',
    content: { name: message === MESSAGE ? 'Ann' : '?' },
  }),
  'sampling/createMessage': async () => ({
    role: 'assistant',
    model: 'm',
    content: { type: 'text', text: 'thought' },
  }),
  'roots/list': () => ({ roots: [{ uri: 'file:///home' }] }),
};

describe.each(['legacy', 'both'] as const)('what a %s server asks', (era) => {
  it('is answered by the handlers', async () => {
    const client = clientOf(memoryServer(askingServer, { era }), { handlers });
    const { content } = await client.callTool(URL_A, 'ask');
    const text = content[0]?.text ?? '';
    for (const part of ['Ann', 'thought', 'file:///home']) expect(text).toContain(part);
    await client.close();
  });

  it('declares the capabilities that there are handlers for', async () => {
    const server = memoryServer(askingServer, { era });
    await clientOf(server, { handlers, capabilities: { sampling: { tools: {} } } }).listTools(
      URL_A,
    );
    const params = server.connections[0]?.received
      .map(({ params }) => JSON.stringify(params))
      .join();
    expect(params).toContain('"elicitation":{}');
    expect(params).toContain('"sampling":{"tools":{}}');
    expect(params).toContain('"roots":{}');
  });
});

describe('a handler', () => {
  const ask = (handler: Handlers[string], sdk = {}) => {
    const server = memoryServer(askingServer);
    const client = clientOf(server, { handlers: { ...handlers, 'roots/list': handler }, sdk });
    return { server, client, call: client.callTool(URL_A, 'ask').catch((error) => error) };
  };

  it('that throws fails the call that it was for, as a HandlerError, and nothing else', async () => {
    const { client, server, call } = ask(() => {
      throw new Error('secret detail');
    });
    const error = await call;
    expect(error).toSatisfy(isHandlerError);
    expect(error).toMatchObject({ delivery: 'answered', retryable: false });
    expect(error.message).toBe('the handler of roots/list failed');
    expect(error.cause).toMatchObject({ message: 'secret detail' });
    expect((await client.listTools(URL_A)).tools).toHaveLength(1);
    expect(server.connections).toHaveLength(1);
    expect(JSON.stringify(server.connections[0]?.received)).not.toContain('secret');
  });

  it('that throws is an error without details to a legacy server', async () => {
    const server = memoryServer(askingServer, { era: 'legacy' });
    const failing = () => Promise.reject(new Error('secret detail'));
    const client = clientOf(server, { handlers: { ...handlers, 'roots/list': failing } });
    await client.callTool(URL_A, 'ask').catch(() => {});
    expect(JSON.stringify(server.connections[0]?.received)).toContain(
      'handler of roots/list failed',
    );
    expect(JSON.stringify(server.connections[0]?.received)).not.toContain('secret');
  });

  it.each([null, 'x', []])('that answers %j has failed', async (answer) => {
    const { call } = ask(() => answer as never);
    expect(await call).toSatisfy(isHandlerError);
    const server = memoryServer(askingServer, { era: 'legacy' });
    const client = clientOf(server, {
      handlers: { ...handlers, 'roots/list': () => answer as never },
    });
    await client.callTool(URL_A, 'ask').catch(() => {});
    const answers = server.connections[0]?.received.filter((message) => 'error' in message);
    expect(answers).toHaveLength(1);
    expect(JSON.stringify(answers)).toContain('the handler of roots/list failed');
  });

  it('that never answers is given up after handlerTimeoutMs', async () => {
    const clock = new FakeClock();
    let signal: AbortSignal | undefined;
    const { call } = ask(
      (_, context) => {
        signal = context.signal;
        return new Promise(() => {});
      },
      { clock, handlerTimeoutMs: 1_000 },
    );
    while (signal === undefined) await flush();
    await clock.advance(1_000);
    expect(await call).toSatisfy(isHandlerError);
    expect(signal.aborted).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it('that there is none of fails the call as a ProtocolError', async () => {
    const server = memoryServer(askingServer);
    const error = await clientOf(server, {
      capabilities: { elicitation: {}, sampling: {}, roots: {} },
    })
      .callTool(URL_A, 'ask')
      .catch((error) => error);
    expect(error).toMatchObject({ name: 'ProtocolError', delivery: 'answered' });
  });
});

it('a server that asks for ever is stopped', async () => {
  const factory = () => {
    const server = new McpServer({ name: 'greedy', version: '1.0.0' });
    server.registerTool('ask', {}, async () =>
      inputRequired({ inputRequests: { roots: inputRequired.listRoots() } }),
    );
    return server;
  };
  const client = clientOf(memoryServer(factory), { handlers, sdk: { maxInputRounds: 3 } });
  const error = await client.callTool(URL_A, 'ask').catch((error) => error);
  expect(error).toMatchObject({ name: 'ProtocolError', delivery: 'answered' });
  expect(error.message).toContain('3 rounds');
});
