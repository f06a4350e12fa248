import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { guardFor, origin, redirect } from './fetched.js';
import { collectGarbage } from './garbage.js';
import { serve } from './servers.js';

/** Text for Node to send as UTF-8: it takes every character of a header for one byte. */
const inUtf8 = (text: string): string => Buffer.from(text).toString('latin1');

describe('a response', () => {
  it('keeps the body that nobody has read yet, whoever holds it, from the garbage collector', async () => {
    const { url, port } = await origin();
    const { fetch } = guardFor(port).guard;
    const response = await fetch(url);
    const { body } = await fetch(url);
    const cloned = (await fetch(url)).clone();
    const { body: clonedBody } = (await fetch(url)).clone();
    const original = await fetch(url);
    original.clone();
    const { body: originalBody } = await fetch(url).then((whole) => {
      whole.clone();
      return whole;
    });
    await collectGarbage();
    const rest = [body, clonedBody, originalBody].map((stream) => new Response(stream));
    for (const each of [response, cloned, original, ...rest])
      expect(await each.text()).toBe('body');
  });

  it('ends with the signal of its request, even if only that is left of the request', async () => {
    const { port } = await serve((_, response) => void response.write('first'));
    const { fetch } = guardFor(port).guard;
    const url = `http://one.example:${port}/`;
    for (const send of [
      (signal: AbortSignal) => fetch(url, { signal }),
      (signal: AbortSignal) => fetch(new Request(url, { signal })),
    ]) {
      const stop = new AbortController();
      const reader = (await send(stop.signal)).body?.getReader();
      await reader?.read();
      await collectGarbage();
      const read = reader?.read();
      stop.abort();
      await expect(read).rejects.toMatchObject({ name: 'AbortError' });
    }
  });

  it('need not have begun for its signal to end it', async () => {
    const { port, server } = await serve(() => {});
    const { fetch } = guardFor(port).guard;
    const stop = new AbortController();
    const { signal } = stop;
    const failed = fetch(new Request(`http://one.example:${port}/`, { signal })).catch((e) => e);
    await once(server, 'request');
    await collectGarbage();
    stop.abort();
    expect(await failed).toMatchObject({ name: 'AbortError' });
  });

  it('says what the server said, also where the platform would not let it', async () => {
    const { port } = await serve(({ url = '' }, response) =>
      response
        .writeHead(Number(url.slice(1)), inUtf8('Zoë €'))
        .end(url === '/204' ? undefined : 'hi'),
    );
    const { fetch } = guardFor(port).guard;
    for (const status of [200, 204, 299, 404, 600, 999]) {
      const response = await fetch(`http://one.example:${port}/${status}`);
      const ok = status < 300;
      expect(response).toMatchObject({ status, ok, type: 'basic', statusText: 'Zoë €' });
      expect(await response.text()).toBe(status === 204 ? '' : 'hi');
    }
  });

  it('says the same of its clone', async () => {
    const { url, port } = await origin();
    const response = await guardFor(port).guard.fetch(redirect(url, 302, '/next'));
    expect(response.clone().clone()).toMatchObject({
      url: `${url}/next`,
      redirected: true,
      status: 200,
    });
    expect(response.clone()).toBeInstanceOf(Response);
    expect([...response.clone().headers]).toEqual([...response.headers]);
    expect(await Promise.all([response.clone().text(), response.text()])).toEqual(['body', 'body']);
  });

  it('is read by the integrity that the request asks for', async () => {
    const { url, port } = await origin();
    const { fetch } = guardFor(port).guard;
    const integrity = 'sha256-Iw2DWNyOiJC0xY3utykXe6RMHFbYgSyoy6SWTNqXYXU=';
    const right = await crypto.subtle.digest('SHA-256', new TextEncoder().encode('body'));
    const base64 = Buffer.from(right).toString('base64');
    await expect(fetch(url, { integrity })).rejects.toThrow(TypeError);
    const response = await fetch(url, { integrity: `sha256-${base64}` });
    expect(await response.text()).toBe('body');
    // A redirect is a response, too, and has not what was asked for.
    const moved = fetch(redirect(url, 302, '/next'), { integrity });
    await expect(moved).rejects.toThrow(TypeError);
  });

  it('comes from where a location in UTF-8 leads', async () => {
    const { port } = await serve(({ url }, response) => {
      if (url !== '/') return void response.end(url);
      response.writeHead(302, { location: inUtf8('/é€') }).end();
    });
    const response = await guardFor(port).guard.fetch(`http://one.example:${port}/`);
    expect(await response.text()).toBe('/%C3%A9%E2%82%AC');
  });
});

describe('a body that is a stream', () => {
  /** A stream of a size that waits for leave to end. */
  function endless(bytes: number) {
    let end = () => {};
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        end = () => controller.close();
        for (let left = bytes; left > 0; left -= 65_536) {
          controller.enqueue(new Uint8Array(Math.min(left, 65_536)));
        }
      },
    });
    return { stream, end: () => end() };
  }

  async function* iterable(stream: ReadableStream<Uint8Array>) {
    yield* stream as unknown as AsyncIterable<Uint8Array>;
  }

  const post = (body: unknown, more = {}) =>
    ({ method: 'POST', body, duplex: 'half', ...more }) as RequestInit;

  it('goes out as it comes', async () => {
    const { port, server } = await serve((request, response) => {
      let size = 0;
      request.on('data', (chunk) => {
        size += chunk.length;
        server.emit('some of it');
      });
      request.on('end', () => response.end(String(size)));
    });
    const { fetch } = guardFor(port).guard;
    const url = `http://one.example:${port}/`;
    for (const [bytes, send] of [
      [5, (stream) => fetch(url, post(stream))],
      [5, (stream) => fetch(url, post(iterable(stream)))],
      // What a Request was made from cannot be told, so that small bodies are kept.
      [2_000_000, (stream) => fetch(new Request(url, post(stream)))],
    ] as [number, (stream: ReadableStream<Uint8Array>) => Promise<Response>][]) {
      const { stream, end } = endless(bytes);
      const sent = send(stream);
      await once(server, 'some of it');
      end();
      expect(await (await sent).text()).toBe(String(bytes));
    }
  });

  it('cannot be redirected, but what a Request holds can, unless it is large', async () => {
    const { url, port, seen } = await origin();
    const { fetch } = guardFor(port).guard;
    const there = redirect(url, 307, '/there');
    const given = (bytes: number) => {
      const { stream, end } = endless(bytes);
      end();
      return stream;
    };
    for (const init of [post(given(5)), post(iterable(given(5)))]) {
      await expect(fetch(there, init)).rejects.toThrow('stream');
    }
    await expect(fetch(new Request(there, post(given(2_000_000))))).rejects.toThrow('stream');
    seen.length = 0;
    expect((await fetch(new Request(there, post('text')))).status).toBe(200);
    expect((await fetch(new Request(there, post(given(5))))).status).toBe(200);
    expect(seen.map(({ path, headers }) => [path, headers['content-length']])).toEqual([
      [there.slice(url.length), '4'],
      ['/there', '4'],
      [there.slice(url.length), '5'],
      ['/there', '5'],
    ]);
  });

  it('is not waited for any longer than the signal lets', async () => {
    const { url, port } = await origin();
    const { fetch } = guardFor(port).guard;
    for (const send of [
      (signal: AbortSignal) => fetch(url, post(endless(5).stream, { signal })),
      (signal: AbortSignal) => fetch(url, post(iterable(endless(5).stream), { signal })),
      (signal: AbortSignal) => fetch(new Request(url, post(endless(5).stream, { signal }))),
    ]) {
      const stop = new AbortController();
      const sent = send(stop.signal);
      stop.abort();
      await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
    }
    const before = AbortSignal.abort(new Error('before'));
    const request = new Request(url, post('text'));
    await expect(fetch(request, { signal: before })).rejects.toThrow('before');
  });
});
