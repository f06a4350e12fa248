// What all variants of the session benches have in common: one `ws` socket, and the call that they make.
import { once } from 'node:events';
import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { WebSocket } from 'ws';

export const clientInfo = { name: 'bench', version: '1.0.0' };
export const tool = { name: 'echo', arguments: { text: 'hello' } };

export async function openSocket(url: unknown): Promise<WebSocket> {
  const socket = new WebSocket(String(url), 'mcp', { perMessageDeflate: false });
  await once(socket, 'open');
  return socket;
}

const SENT = Promise.resolve();

/** An SDK-shaped transport that adds to a socket as little as can be. */
export function thinTransport(socket: WebSocket) {
  const transport = {
    onmessage: undefined as ((message: JSONRPCMessage) => void) | undefined,
    onclose: undefined as (() => void) | undefined,
    onerror: undefined as ((error: Error) => void) | undefined,
    start: () => SENT,
    send(message: object): Promise<void> {
      socket.send(JSON.stringify(message));
      return SENT;
    },
    async close(): Promise<void> {
      socket.terminate();
    },
  };
  socket.on('message', (data) => transport.onmessage?.(JSON.parse(data.toString())));
  socket.on('close', () => transport.onclose?.());
  return transport;
}

/** Makes `ops` calls, `inFlight` of them at a time, with as little of its own as can be. */
export function loop(ops: number, inFlight: number, call: () => Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let answered = 0;
    const send = () => {
      sent += 1;
      call().then(onAnswer, reject);
    };
    const onAnswer = () => {
      answered += 1;
      if (answered === ops) resolve();
      else if (sent < ops) send();
    };
    while (sent < Math.min(inFlight, ops)) send();
  });
}
