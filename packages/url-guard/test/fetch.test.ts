import { describe, expect, it } from 'vitest';
import { isUnsafeUrlError } from '../src/index.js';
import { guardFor, origin, redirect } from './fetched.js';
import { serve } from './servers.js';

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => expect.unreachable('it was let through'),
    (reason: unknown) => reason,
  );
  if (!isUnsafeUrlError(error)) throw error;
  return error.reason;
}

describe('fetch', () => {
  it('answers as the platform does', async () => {
    const { url, port } = await origin();
    const response = await guardFor(port).guard.fetch(`${url}/path?q=1#fragment`);
    expect(response).toBeInstanceOf(Response);
    expect(response).toMatchObject({
      status: 200,
      ok: true,
      url: `${url}/path?q=1`,
      redirected: false,
    });
    expect(await response.text()).toBe('body');
  });

  it('takes a URL, a Request, and a body of any kind with its type', async () => {
    const { url, port, seen } = await origin();
    const { fetch } = guardFor(port).guard;
    await fetch(new URL(url), { method: 'POST', body: new URLSearchParams({ a: 'b c' }) });
    await fetch(new Request(url, { method: 'PUT', body: 'text', headers: { x: 'y' } }));
    const form = new FormData();
    form.set('field', 'value');
    await fetch(url, { method: 'POST', body: form });
    const stream = new Blob(['streamed']).stream();
    await fetch(url, { method: 'POST', body: stream, duplex: 'half' } as RequestInit);
    expect(seen.map(({ method, body }) => [method, body])).toEqual([
      ['POST', 'a=b+c'],
      ['PUT', 'text'],
      ['POST', expect.stringContaining('value')],
      ['POST', 'streamed'],
    ]);
    expect(seen[0]?.headers['content-type']).toMatch('application/x-www-form-urlencoded');
    expect(seen[0]?.headers['content-length']).toBe('5');
    expect(seen[1]?.headers).toMatchObject({ x: 'y' });
    expect(seen[2]?.headers['content-type']).toMatch('multipart/form-data; boundary=');
  });

  it('refuses before it dials', async () => {
    const { fetch } = guardFor().guard;
    expect(await refusal(fetch('http://169.254.169.254/latest/meta-data/'))).toBe('metadata');
    expect(await refusal(fetch('http://127.0.0.1:8080/'))).toBe('loopback');
    expect(await refusal(fetch('http://user:pass@one.example/'))).toBe('credentials');
    expect(await refusal(fetch('file:///etc/passwd'))).toBe('scheme');
    expect(await refusal(fetch('/relative'))).toBe('unparsable');
    expect(await refusal(fetch('http://one.example:8080/'))).toBe('loopback');
    expect(await refusal(fetch('http://gone.test/'))).toBe('unresolvable');
  });

  it.each([
    ['loopback in decimal', 'http://2130706433:8080/', 'loopback'],
    ['a metadata service', 'http://169.254.169.254/latest/meta-data/', 'metadata'],
    ['a name that is private', 'http://two.example:8080/', 'loopback'],
    ['a bad port', 'http://two.example:22/', 'port'],
    ['another scheme', 'gopher://two.example/', 'scheme'],
    ['credentials', 'http://user:pass@two.example/', 'credentials'],
    ['nonsense', 'http://', 'unparsable'],
  ])('refuses a redirect to %s, hop by hop', async (_, to, reason) => {
    const { url, port, seen } = await origin();
    const { fetch } = guardFor(port).guard;
    const first = redirect(url, 302, to);
    expect(await refusal(fetch(first))).toBe(reason);
    expect(await refusal(fetch(redirect(url, 307, first)))).toBe(reason);
    expect(seen).toHaveLength(3);
  });

  it('keeps credentials to the origin that they were meant for', async () => {
    const { url, port, seen } = await origin();
    const other = await origin();
    const { fetch } = guardFor(port, other.port).guard;
    const headers = {
      authorization: 'Bearer secret',
      cookie: 'session=secret',
      'proxy-authorization': 'Basic secret',
      accept: 'text/plain',
    };
    await fetch(redirect(url, 302, '/stays'), { headers });
    expect(seen[1]).toMatchObject({ path: '/stays', headers });
    for (const to of [`http://two.example:${port}/`, `${other.url}/`]) {
      seen.length = 0;
      const response = await fetch(redirect(url, 307, to), { headers });
      expect(response).toMatchObject({ redirected: true, url: to });
      const last = seen[1] ?? other.seen[0];
      expect(last?.headers.accept).toBe('text/plain');
      expect(JSON.stringify(last)).not.toContain('secret');
    }
    // Nor do they come back with the way back.
    seen.length = 0;
    await fetch(redirect(url, 302, redirect(other.url, 302, `${url}/back`)), { headers });
    expect(seen.map(({ path }) => path?.slice(0, 5))).toEqual(['/302/', '/back']);
    expect(JSON.stringify(seen[1])).not.toContain('secret');
  });

  it('sends the body again where the status asks for it, and turns POST into GET where not', async () => {
    const { url, port, seen } = await origin();
    const { fetch } = guardFor(port).guard;
    const told = async (status: number, method: string) => {
      seen.length = 0;
      await fetch(redirect(url, status, '/next'), { method, body: 'data' });
      const { method: sent, body, headers } = seen[1] ?? {};
      return [sent, body, headers?.['content-type']];
    };
    const plain = 'text/plain;charset=UTF-8';
    expect(await told(301, 'POST')).toEqual(['GET', '', undefined]);
    expect(await told(302, 'POST')).toEqual(['GET', '', undefined]);
    expect(await told(303, 'PUT')).toEqual(['GET', '', undefined]);
    expect(await told(302, 'PUT')).toEqual(['PUT', 'data', plain]);
    expect(await told(307, 'POST')).toEqual(['POST', 'data', plain]);
    expect(await told(308, 'POST')).toEqual(['POST', 'data', plain]);
    const body = new Blob(['once']).stream();
    const streamed = fetch(redirect(url, 307, '/next'), {
      method: 'POST',
      body,
      duplex: 'half',
    } as RequestInit);
    await expect(streamed).rejects.toThrow('stream');
  });

  it('follows 20 redirects, and as many as the caller wants', async () => {
    const { url, port, seen } = await origin();
    const { fetch } = guardFor(port).guard;
    let chain = `${url}/end`;
    for (let hop = 0; hop < 20; hop++) chain = redirect(url, 302, chain.slice(url.length));
    expect((await fetch(chain)).url).toBe(`${url}/end`);
    expect(seen).toHaveLength(21);
    const loop = redirect(url, 302, 'loop');
    await expect(fetch(loop, { redirect: 'error' })).rejects.toThrow(TypeError);
    const manual = await fetch(loop, { redirect: 'manual' });
    expect([manual.status, manual.headers.get('location')]).toEqual([302, 'loop']);
    chain = redirect(url, 302, chain.slice(url.length));
    await expect(fetch(chain)).rejects.toThrow('more than 20');
  });

  it('lets go of the body of a redirect', async () => {
    const { port } = await serve((request, response) => {
      if (request.url === '/end') return void response.end('end');
      closed = new Promise((resolve) => response.once('close', resolve));
      response.writeHead(302, { location: '/end' }).write('this goes on and on');
    });
    let closed: Promise<unknown> = Promise.resolve();
    const response = await guardFor(port).guard.fetch(`http://one.example:${port}/`);
    expect(await response.text()).toBe('end');
    await closed;
  });

  it('ends with its signal', async () => {
    const { url, port } = await origin();
    const { fetch } = guardFor(port).guard;
    const reason = new Error('enough');
    await expect(fetch(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('says when nobody listens, as undici does', async () => {
    const { port } = await origin();
    const { guard } = guardFor(port, 1_024);
    const failed = guard.fetch('http://one.example:1024/');
    await expect(failed).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });

  it('reports each refusal, and each dial once', async () => {
    const { url, port, dials } = await origin();
    const { guard, events } = guardFor(port);
    for (let call = 0; call < 5; call++) await (await guard.fetch(url)).text();
    await refusal(guard.fetch(redirect(url, 302, 'http://10.0.0.1/?token=secret')));
    expect(dials()).toBeLessThan(5);
    expect(events).toEqual([
      ...Array(dials()).fill({
        type: 'guard.allowed',
        at: expect.any(Number),
        method: 'fetch',
        target: `one.example:${port}`,
        addresses: ['127.0.0.1'],
      }),
      {
        type: 'guard.denied',
        at: expect.any(Number),
        method: 'fetch',
        target: 'http://10.0.0.1',
        reason: 'private',
        reportOnly: false,
      },
    ]);
  });
});
