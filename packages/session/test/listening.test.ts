import { describe, expect, it } from 'vitest';
import { flush } from '../../../test/fake-clock.js';
import type { ListenOptions, Notification, SessionOptions, Subscription } from '../src/index.js';
import { failureOf, open, track } from './scripted.js';

const ID = 'io.modelcontextprotocol/subscriptionId';
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';

async function listening(options: Partial<ListenOptions> = {}, of: Partial<SessionOptions> = {}) {
  const scene = await open(of);
  const { session, transport } = scene;
  const seen: Notification[] = [];
  const opening = session.listen(
    { toolsListChanged: true, resourceSubscriptions: ['a:b'] },
    { onNotification: (notification) => seen.push(notification), ...options },
  );
  const { id } = transport.last;
  const tell = (method: string, params: object = {}) =>
    transport.notify(method, { ...params, _meta: { [ID]: id } });
  return { ...scene, opening, id, tell, seen };
}

async function subscribed(options: Partial<ListenOptions> = {}, of: Partial<SessionOptions> = {}) {
  const scene = await listening(options, of);
  scene.tell(ACKNOWLEDGED, { notifications: { toolsListChanged: true } });
  const subscription: Subscription = await scene.opening;
  return { ...scene, subscription };
}

describe('a subscription', () => {
  it('opens when the server acknowledges it, with what the server honours', async () => {
    const { transport, subscription, clock } = await subscribed();
    expect(transport.last).toMatchObject({
      method: 'subscriptions/listen',
      params: { notifications: { toolsListChanged: true, resourceSubscriptions: ['a:b'] } },
    });
    expect(subscription.honored).toEqual({ toolsListChanged: true });
    await clock.advance(1e9);
    expect(await track(subscription.closed)()).toBe('pending');
  });

  it('gets its own notifications, and no others', async () => {
    const others: Notification[] = [];
    const { session, transport, tell, seen, id } = await subscribed(
      {},
      { onNotification: (notification) => others.push(notification) },
    );
    const second: Notification[] = [];
    void session
      .listen({ promptsListChanged: true }, { onNotification: (one) => second.push(one) })
      .catch(() => {});
    const other = transport.last.id;
    transport.notify(ACKNOWLEDGED, { notifications: {}, _meta: { [ID]: other } });
    tell('notifications/tools/list_changed');
    transport.notify('notifications/prompts/list_changed', { _meta: { [ID]: other } });
    tell('notifications/resources/updated', { uri: 'a:b', 'com.example/x': 1 });
    transport.notify('notifications/message', { level: 'info', data: 1 });
    const _meta = { [ID]: id };
    expect(seen).toEqual([
      { method: 'notifications/tools/list_changed', params: { _meta } },
      {
        method: 'notifications/resources/updated',
        params: { uri: 'a:b', 'com.example/x': 1, _meta },
      },
    ]);
    expect(second).toHaveLength(1);
    expect(others).toHaveLength(1);
  });

  it('ends by close(), and tells the server', async () => {
    const { transport, subscription, tell, seen, violations, id } = await subscribed();
    await Promise.all([subscription.close(), subscription.close()]);
    expect(await subscription.closed).toBe('local');
    expect(transport.last).toMatchObject({
      method: 'notifications/cancelled',
      params: { requestId: id },
    });
    expect(transport.sent).toHaveLength(3);
    tell('notifications/tools/list_changed');
    transport.complete({}, id);
    expect(seen).toEqual([]);
    expect(violations()).toEqual([]);
  });

  it('ends by its signal', async () => {
    const controller = new AbortController();
    const { transport, subscription } = await subscribed({ signal: controller.signal });
    controller.abort();
    expect(await subscription.closed).toBe('local');
    expect(transport.last).toMatchObject({ method: 'notifications/cancelled' });
  });

  it('ends gracefully by the answer', async () => {
    const { transport, subscription, id, tell, violations } = await subscribed();
    transport.complete({ _meta: { [ID]: id } }, id);
    expect(await subscription.closed).toBe('graceful');
    await subscription.close();
    expect(transport.sent).toHaveLength(2);
    tell('notifications/tools/list_changed');
    expect(violations()).toEqual(['settled-id']);
  });

  it('ends by cancellation, by an error, and by the end of the session', async () => {
    const one = await subscribed();
    one.transport.notify('notifications/cancelled', { requestId: one.id });
    expect(await one.subscription.closed).toBe('remote');
    const two = await subscribed();
    two.transport.refuse(-32603, 'broken', undefined, two.id);
    expect(await two.subscription.closed).toBe('remote');
    const three = await subscribed();
    three.transport.onclose?.();
    expect(await three.subscription.closed).toBe('remote');
    const four = await subscribed();
    await four.session.close();
    expect(await four.subscription.closed).toBe('remote');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
  ])('may be heard by what %s', async (_, onNotification) => {
    const { session, transport, tell } = await subscribed({ onNotification });
    tell('notifications/tools/list_changed');
    const call = session.request('a/b');
    transport.complete({ fine: true });
    expect(await call).toEqual({ fine: true });
  });
});

describe('a subscription that is not acknowledged', () => {
  it('is given up at its deadline, and the server told', async () => {
    const { transport, opening, clock, id } = await listening({ timeoutMs: 50 });
    const outcome = track(opening);
    await clock.advance(50);
    expect(await outcome()).toMatchObject({ code: 'TIMEOUT', timeoutMs: 50 });
    expect(transport.last).toMatchObject({
      method: 'notifications/cancelled',
      params: { requestId: id },
    });
    expect(clock.timers).toBe(0);
  });

  it('rejects with the reason of its signal', async () => {
    const controller = new AbortController();
    const { transport, opening } = await listening({ signal: controller.signal });
    const outcome = track(opening);
    controller.abort('enough');
    expect(await outcome()).toBe('enough');
    expect(transport.last).toMatchObject({ method: 'notifications/cancelled' });
  });

  it('rejects with the error of the server', async () => {
    const { transport, opening } = await listening();
    const failed = failureOf(opening);
    transport.refuse(-32602, 'too many');
    expect(await failed).toMatchObject({ code: 'RPC_ERROR', rpcCode: -32602 });
  });

  it.each(['answer', 'cancel', 'nonsense'])(
    'rejects when the server ends it by %s',
    async (how) => {
      const { transport, opening, id } = await listening();
      const failed = failureOf(opening);
      if (how === 'answer') transport.complete({});
      else if (how === 'cancel') transport.notify('notifications/cancelled', { requestId: id });
      else transport.answer('x');
      expect(await failed).toMatchObject({ code: 'SUBSCRIPTION_ENDED', delivery: 'answered' });
    },
  );

  it('rejects when the connection is lost', async () => {
    const { transport, opening } = await listening();
    const failed = failureOf(opening);
    transport.onclose?.();
    expect(await failed).toMatchObject({ code: 'SESSION_CLOSED' });
  });

  it('hears nothing before, and is acknowledged once', async () => {
    const { opening, tell, seen, violations } = await listening();
    tell('notifications/tools/list_changed');
    tell(ACKNOWLEDGED, { notifications: 'all' });
    tell(ACKNOWLEDGED, {});
    expect((await opening).honored).toEqual({});
    expect(seen).toEqual([]);
    expect(violations()).toEqual(['subscription-order', 'subscription-order']);
  });
});

it('a request cannot be cancelled by the server', async () => {
  const { session, transport, violations } = await open();
  const call = track(session.request('a/b'));
  transport.notify('notifications/cancelled', { requestId: transport.last.id });
  await flush();
  expect(await call()).toBe('pending');
  expect(violations()).toEqual(['cancelled']);
});
