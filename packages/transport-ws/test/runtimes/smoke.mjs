// Runs in Bun and Deno (and Node): `bun smoke.mjs URL`, started by run.mjs. Prints one line for
// each thing that this runtime must be able to do, or must refuse to do.
import assert from 'node:assert/strict';
import process from 'node:process';
import { ConfigError, WebSocketClientTransport } from '../../dist/index.js';

const url = new URL(process.argv[2]);
const byName = new URL(url);
// RFC 6761: this name never resolves.
byName.hostname = 'nowhere.invalid';

async function call(target, options) {
  const transport = new WebSocketClientTransport(target, options);
  await transport.start();
  const answer = new Promise((resolve) => {
    transport.onmessage = resolve;
  });
  await transport.send({ jsonrpc: '2.0', id: 1, method: 'ping' });
  const { result } = await answer;
  await transport.close();
  assert.equal((await transport.closed).code, 1000);
  return result;
}

const pinned = {
  guard: { check: async (checked) => ({ url: checked, addresses: ['127.0.0.1'] }) },
};
const checks = {
  'connects, calls, closes': async () => {
    const headers = { authorization: 'Bearer t' };
    assert.deepEqual(await call(url, { headers }), { authorization: 'Bearer t' });
  },
  pings: async () => {
    let transport;
    await new Promise((resolve, reject) => {
      const observer = ({ type }) => type === 'ws.ping' && resolve();
      transport = new WebSocketClientTransport(url, { pingIntervalMs: 5, observer });
      transport.start().catch(reject);
    });
    await transport.close();
  },
  'tells the status of a refused upgrade': () =>
    assert.rejects(call(new URL('/refused', url)), { code: 'UPGRADE_REFUSED', retryable: false }),
  'dials the approved address, or refuses to dial': async () => {
    if (process.versions.bun === undefined) await call(byName, pinned);
    else await assert.rejects(call(byName, pinned), (error) => error instanceof ConfigError);
  },
};

for (const [name, check] of Object.entries(checks)) {
  await check();
  console.log(`ok ${name}`);
}
