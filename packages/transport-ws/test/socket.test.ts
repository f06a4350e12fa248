import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { WsSocket } from '../src/node/socket.js';
import { wsPeer } from './servers.js';

const deaf = {
  onMessage() {},
  onBinary() {},
  onPong() {},
  onViolation() {},
  onClose() {},
};

it('a socket counts the bytes of a message that has not ended, whoever it was accepted by', async () => {
  const peer = await wsPeer();
  const client = new WebSocket(peer.url, 'mcp');
  await once(client, 'open');
  const [accepted] = await peer.sockets.first(1);
  const socket = new WsSocket(accepted as WebSocket, undefined, deaf);
  const { _socket: raw } = accepted as unknown as { _socket: Socket };
  const before = socket.bytesRead;
  // A third of a masked text frame of 300 bytes.
  const { _socket: wire } = client as unknown as { _socket: Socket };
  wire.write(Buffer.concat([Buffer.from([0x81, 0xfe, 0x01, 0x2c, 0, 0, 0, 0]), Buffer.alloc(92)]));
  await once(raw, 'data');
  expect(socket.bytesRead).toBe(before + 100);
  client.terminate();
});
