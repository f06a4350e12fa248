// `node test/runtimes/run.mjs bun` or `... deno run -A`: the smoke test of the built package in
// another runtime. Not part of `npm test`, because neither is small enough to install for it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';

const [command = process.execPath, ...args] = process.argv.slice(2);
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/mcp' });
await once(server, 'listening');
server.on('connection', (socket, { headers: { authorization } }) => {
  socket.on('message', (data) => {
    const { id } = JSON.parse(data.toString());
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: { authorization } }));
  });
});
const smoke = fileURLToPath(new URL('smoke.mjs', import.meta.url));
const url = `ws://127.0.0.1:${server.address().port}/mcp`;
const [code] = await once(spawn(command, [...args, smoke, url], { stdio: 'inherit' }), 'close');
server.close();
process.exitCode = code;
