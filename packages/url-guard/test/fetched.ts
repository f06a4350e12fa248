import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { createUrlGuard, type GuardEvent } from '../src/index.js';
import { serve } from './servers.js';

/** What a server was told. */
interface Seen {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server that redirects `/status/location` and tells what else it was asked. */
export async function origin() {
  const seen: Seen[] = [];
  const { port, server } = await serve(async (request, response) => {
    const { method, url: path = '', headers } = request;
    seen.push({ method, path, headers, body: await text(request) });
    const [, status, location] = /^\/(\d+)\/(.*)$/.exec(path) ?? [];
    if (status)
      response.writeHead(Number(status), { location: decodeURIComponent(location ?? '') });
    response.end('body');
  });
  let dials = 0;
  server.on('connection', () => dials++);
  return { port, seen, dials: () => dials, url: `http://one.example:${port}` };
}

/** A guard for which every `.example` is one of these ports of loopback. */
export function guardFor(...ports: number[]) {
  const events: GuardEvent[] = [];
  const guard = createUrlGuard({
    allowAddresses: ports.map((port) => `127.0.0.1:${port}`),
    resolve: async (hostname) => {
      if (!hostname.endsWith('.example')) throw new Error('unknown');
      return ['127.0.0.1'];
    },
    observer: (event) => void events.push(event),
  });
  return { guard, events };
}

export const redirect = (from: string, status: number, to: string) =>
  `${from}/${status}/${encodeURIComponent(to)}`;
