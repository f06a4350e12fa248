import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How many ports after a busy one are tried. */
const MAX_TRIES = 20;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.map': 'application/json',
};

/** A browser takes `localhost` for either of these; both must be ours. */
const LOOPBACKS = ['127.0.0.1', '::1'];

const PAGE = fileURLToPath(new URL('./page/', import.meta.url));

type Route = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Serves the built page and a few routes of its own on loopback.
 * @returns `busy`: the ports that were taken already
 */
export async function startPageServer(firstPort: number, routes: Readonly<Record<string, Route>>) {
  const listener: Route = (request, response) => {
    // No `new URL`: it throws at a target such as "//", which anybody can send.
    const [pathname = '/'] = (request.url ?? '/').split('?', 1);
    const route = routes[pathname];
    if (route !== undefined) route(request, response);
    else void sendFile(pathname, response);
  };
  const busy: number[] = [];
  for (let port = firstPort; port < firstPort + MAX_TRIES && port <= 65_535; port += 1) {
    const servers = await listenOnLoopback(listener, port);
    if (servers === 'EADDRINUSE') busy.push(port);
    else if (servers === 'EACCES') {
      throw new Error(`port ${port} is not allowed to this user; try --port with 1024 or more`);
    } else return { url: `http://localhost:${port}`, busy, close: () => closeAll(servers) };
  }
  throw new Error(`ports ${firstPort} to ${firstPort + busy.length - 1} are busy; try --port`);
}

/** Servers on all of loopback, or why not. */
async function listenOnLoopback(
  listener: Route,
  port: number,
): Promise<Server[] | 'EADDRINUSE' | 'EACCES'> {
  const servers: Server[] = [];
  for (const host of LOOPBACKS) {
    const server = createServer(listener);
    const failure = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      server.once('error', resolve);
      server.listen(port, host, () => resolve(undefined));
    });
    if (failure === undefined) servers.push(server);
    else if (failure.code === 'EADDRINUSE' || failure.code === 'EACCES') {
      await closeAll(servers);
      return failure.code;
    } else if (host === LOOPBACKS[0]) throw failure; // without IPv6, the first one is enough
  }
  return servers;
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map((server) => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    }),
  );
}

async function sendFile(pathname: string, response: ServerResponse): Promise<void> {
  const file = normalize(join(PAGE, pathname === '/' ? 'index.html' : pathname));
  const body = file.startsWith(PAGE) ? await readFile(file).catch(() => undefined) : undefined;
  if (body === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
    return;
  }
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': "default-src 'self'; connect-src 'self' ws: wss:; img-src data:",
    'cache-control': 'no-store',
  });
  response.end(body);
}
