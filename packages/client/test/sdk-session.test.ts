import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import type { Notification } from '../src/index.js';
import { legacyServer, openLegacy } from './legacy-server.js';
import { clientOf, countingServer, memoryServer, URL_A } from './workshop.js';

it('asks for progress where only the deadline wants to hear of it', async () => {
  const server = memoryServer(countingServer());
  const client = clientOf(server);
  await client.callTool(URL_A, 'pay', {}, { resetTimeoutOnProgress: true });
  const { params } = server.connections[0]?.received.at(-1) ?? {};
  expect(params?._meta).toMatchObject({ progressToken: expect.anything() });
});

it('tells every listener, whatever the one before it does', async () => {
  const server = legacyServer();
  const heard: Notification[] = [];
  const session = await openLegacy(server, {
    onNotification: (notification: Notification) => heard.push(notification),
  });
  const filter = { resourceSubscriptions: ['a:b'] };
  const failing = [
    () => {
      throw new Error('no');
    },
    () => Promise.reject(new Error('no')) as never,
  ];
  for (const onNotification of failing) {
    const listening = session.listen(filter, { onNotification });
    await flush();
    server.answer();
    await listening;
  }
  server.notify('notifications/resources/updated', { uri: 'a:b' });
  server.notify('notifications/message', { level: 'info', data: 1 });
  await flush();
  expect(heard.map(({ method }) => method)).toEqual([
    'notifications/resources/updated',
    'notifications/message',
  ]);
});

it('introduces the client with the version of the package', async () => {
  const file = new URL('../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(file, 'utf8'));
  const server = memoryServer(countingServer());
  await clientOf(server).listTools(URL_A);
  const introduced = JSON.stringify(server.connections[0]?.received[0]?.params);
  expect(introduced).toContain(`"name":"@x/client"`);
  // From source it is that of no release.
  if (version === '0.0.0') expect(introduced).toContain(`"version":"${version}"`);
});
