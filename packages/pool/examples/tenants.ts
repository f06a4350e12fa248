import { createPool } from '../src/index.js';

interface Endpoint {
  readonly url: string;
  readonly tenant: string;
  readonly token: string;
}

const pool = createPool({
  // Who may share a connection, and nothing else: tokens change, tenants do not.
  keyOf: ({ url, tenant }: Endpoint) => JSON.stringify([url, tenant]),
  create: async ({ url, token }) => ({ url, authorization: `Bearer ${token}` }),
  destroy: () => undefined,
});

const one = { url: 'wss://example.com', tenant: 'one', token: 'abc' };
await pool.use(one, () => undefined);
await pool.use({ ...one, token: 'def' }, () => undefined);
await pool.use({ ...one, tenant: 'two' }, () => undefined);
console.log(pool.stats().connected);

await pool.close();
