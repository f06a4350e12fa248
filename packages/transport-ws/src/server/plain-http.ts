import type { IncomingMessage, ServerResponse } from 'node:http';
import { isForPath } from './gate.js';

/** Answers what does not ask for an upgrade: health checks, and those who took the wrong door. */
export function answerPlain(
  request: IncomingMessage,
  response: ServerResponse,
  { path, draining }: { readonly path: string; readonly draining: boolean },
): void {
  // Nobody needs the body; without this, it would keep the connection busy.
  request.resume();
  const answer = (status: number, text: string, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers });
    response.end(request.method === 'HEAD' ? undefined : `${text}\n`);
  };
  if (isForPath(request, '/health')) answer(200, 'ok');
  else if (isForPath(request, '/ready')) {
    if (draining) answer(503, 'draining');
    else answer(200, 'ready');
  } else if (isForPath(request, path)) {
    // RFC 9110, section 15.5.22.
    answer(426, 'this is a WebSocket endpoint', { Connection: 'Upgrade', Upgrade: 'websocket' });
  } else answer(404, 'not found');
}
