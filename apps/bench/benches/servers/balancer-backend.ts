import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { answering } from './echo.js';

const WORK_MS = 2;

const answer = answering('ok');
const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/mcp' });
let free = Promise.resolve();

sockets.on('connection', (socket) => {
  socket.on('message', (data) => {
    free = free.then(async () => {
      await new Promise((resolve) => setTimeout(resolve, WORK_MS));
      const reply = answer(data.toString());
      if (reply !== undefined) socket.send(reply);
    });
  });
});

await once(sockets, 'listening');
process.send?.((sockets.address() as AddressInfo).port);
process.once('disconnect', () => process.exit());
