import { once } from 'node:events';
import { WebSocketClientTransport } from '@x/transport-ws';
import { WebSocket } from 'ws';
import type { Variant, VariantContext } from '../../src/define.js';

/** How many are dialled at once; a server's backlog is not what is measured. */
const BATCH = 100;

/** Connections that stay open and have nothing to say. */
export default function setup({ url, params }: VariantContext): Variant {
  const open: { close(): unknown }[] = [];
  const connect = params.transport === 'ours' ? connectOurs : connectRaw;
  return {
    async run(ops) {
      for (let done = 0; done < ops; done += BATCH) {
        const batch = Array.from({ length: Math.min(BATCH, ops - done) }, () =>
          connect(String(url)),
        );
        open.push(...(await Promise.all(batch)));
      }
      await settle();
    },
    async close() {
      for (const connection of open) void connection.close();
    },
  };
}

/** What the dials left behind is gone only after a few turns and collections. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    globalThis.gc?.();
    await new Promise(setImmediate);
  }
}

async function connectOurs(url: string): Promise<WebSocketClientTransport> {
  const transport = new WebSocketClientTransport(url);
  transport.onmessage = () => {};
  await transport.start();
  return transport;
}

async function connectRaw(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, 'mcp', { perMessageDeflate: false });
  socket.on('message', () => {});
  socket.on('error', () => {});
  await once(socket, 'open');
  return socket;
}
