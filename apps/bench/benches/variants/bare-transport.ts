// What anybody would write first, and what our transport is measured against: no checks, no
// heartbeat, no limits, no close codes.
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import { WebSocket } from 'ws';

/** An SDK transport over one `ws` socket, in as few lines as work. */
export function bareTransport(url: string): Transport {
  const socket = new WebSocket(url, 'mcp', { perMessageDeflate: false });
  const transport: Transport = {
    start: () =>
      new Promise((resolve, reject) => {
        socket.on('open', resolve);
        socket.on('error', reject);
        socket.on('close', () => transport.onclose?.());
        socket.on('message', (data) => transport.onmessage?.(JSON.parse(data.toString())));
      }),
    send: (message: JSONRPCMessage) =>
      new Promise((resolve, reject) => {
        socket.send(JSON.stringify(message), (error) => (error ? reject(error) : resolve()));
      }),
    close: async () => socket.close(),
  };
  return transport;
}
