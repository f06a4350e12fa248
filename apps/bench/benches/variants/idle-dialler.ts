// Opens as many WebSocket connections as its parent asks for, and keeps them. Plain TCP sockets,
// because nothing here is measured.
import { connect, type Socket } from 'node:net';

const [port, side] = process.argv.slice(2);
const kept: Socket[] = [];
const AT_ONCE = 50;

const HANDSHAKE = [
  'GET /mcp HTTP/1.1',
  'Host: 127.0.0.1',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol: mcp',
  '\r\n',
].join('\r\n');

const HELLO = [
  {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'idle', version: '1.0.0' },
    },
  },
  { jsonrpc: '2.0', method: 'notifications/initialized' },
].map(frame);

/** A masked text frame; the mask is zero. */
function frame(message: object): Buffer {
  const text = Buffer.from(JSON.stringify(message));
  const length = Buffer.from([0x81, 0x80 | 126, text.length >> 8, text.length & 0xff]);
  const short = Buffer.from([0x81, 0x80 | text.length]);
  return Buffer.concat([text.length < 126 ? short : length, Buffer.alloc(4), text]);
}

function dial(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(HANDSHAKE));
    kept.push(socket);
    socket.on('error', reject);
    socket.once('data', (answer) => {
      if (!answer.toString().startsWith('HTTP/1.1 101')) reject(new Error(answer.toString()));
      if (side === 'sdk') for (const message of HELLO) socket.write(message);
      socket.resume();
      resolve();
    });
  });
}

process.on('message', async (count: number) => {
  for (let left = count; left > 0; left -= AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, left) }, dial));
  }
});
