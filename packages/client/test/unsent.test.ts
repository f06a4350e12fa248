import { expect, it } from 'vitest';
import { clientOf, countingServer, memoryServer, type Runs, URL_A } from './workshop.js';

it('a connection that is lost during the handshake leaves no outcome unknown', async () => {
  const runs: Runs = {};
  const server = memoryServer(countingServer(runs), {
    intercept: ({ method }, connection) => {
      if (method !== 'server/discover' && method !== 'initialize') return false;
      void connection.server.close();
      return true;
    },
  });
  const error = await clientOf(server)
    .callTool(URL_A, 'pay')
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ delivery: 'not-sent', retryable: true });
  expect(runs.pay).toBeUndefined();
});

it.each([
  [{ name: 'ProtocolError', delivery: 'unknown', message: 'lost' }, { name: 'SessionError' }],
  [{ name: 'TimeoutError', delivery: 'unknown', timeoutMs: 7 }, { name: 'TimeoutError' }],
])('%j of a session maker: nothing was sent', async (thrown, expected) => {
  const session = () => Promise.reject(Object.assign(new Error(), thrown));
  const server = memoryServer(countingServer());
  await expect(clientOf(server, { session }).callTool(URL_A, 'pay')).rejects.toMatchObject({
    ...expected,
    delivery: 'not-sent',
  });
});
