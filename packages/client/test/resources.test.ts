// Subscriptions to resources of servers of before 2026-07-28.
import { expect, it } from 'vitest';
import { FakeClock, flush } from '../../../test/fake-clock.js';
import { Resources } from '../src/sdk/resources.js';
import { legacyServer, openLegacy } from './legacy-server.js';

const URI = 'a:b';

async function opened() {
  const server = legacyServer();
  const clock = new FakeClock();
  const heard: unknown[] = [];
  const session = await openLegacy(server, { clock });
  const listen = (more: object = {}) =>
    session.listen(
      { resourceSubscriptions: [URI] },
      { onNotification: (notification) => heard.push(notification), ...more },
    );
  return { server, clock, session, listen, heard };
}

it('gives up at timeoutMs, and at the abort of its signal', async () => {
  const { listen, clock, server } = await opened();
  const late = listen({ timeoutMs: 500 }).catch((error) => error);
  const controller = new AbortController();
  const aborted = listen({ signal: controller.signal }).catch((error) => error);
  await flush();
  controller.abort('enough');
  expect(await aborted).toBe('enough');
  await clock.advance(500);
  expect(await late).toMatchObject({ name: 'TimeoutError', timeoutMs: 500 });
  expect(clock.timers).toBe(0);
  expect(server.asked).toEqual(['resources/subscribe']);
});

it('leaves its neighbour subscribed when it is aborted', async () => {
  const { listen, server, heard } = await opened();
  const controller = new AbortController();
  const first = listen({ signal: controller.signal }).catch((error) => error);
  const second = listen();
  await flush();
  controller.abort('enough');
  expect(await first).toBe('enough');
  server.answer();
  const subscription = await second;
  await flush();
  expect(server.asked).toEqual(['resources/subscribe']);
  server.notify('notifications/resources/updated', { uri: URI });
  expect(heard).toHaveLength(1);
  void subscription.close();
  await flush();
  expect(server.asked).toEqual(['resources/subscribe', 'resources/unsubscribe']);
});

it('unsubscribes when the only one who wanted it has given up meanwhile', async () => {
  const { listen, server } = await opened();
  const controller = new AbortController();
  const only = listen({ signal: controller.signal }).catch((error) => error);
  await flush();
  controller.abort('enough');
  expect(await only).toBe('enough');
  server.answer();
  await flush();
  expect(server.asked).toEqual(['resources/subscribe', 'resources/unsubscribe']);
});

it('subscribes for the second one if the server refused the first', async () => {
  const asked: string[] = [];
  const outcomes: ((error?: Error) => void)[] = [];
  const resources = new Resources((method) => {
    asked.push(method);
    return new Promise<void>((resolve, reject) => {
      outcomes.push((error) => (error ? reject(error) : resolve()));
    });
  });
  const first = resources.want(URI, 0).catch((error) => error);
  const second = resources.want(URI, 0);
  await flush();
  outcomes[0]?.(new Error('no'));
  expect(await first).toMatchObject({ message: 'no' });
  await flush();
  outcomes[1]?.();
  await second;
  expect(asked).toEqual(['resources/subscribe', 'resources/subscribe']);
});
