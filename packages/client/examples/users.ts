import type { Endpoint } from '../src/index.js';

declare function tokenOf(user: string, options: { fresh: boolean }): Promise<string>;

/** What one user talks to: connections and caches are shared within the scope, never across. */
export const endpointOf = (user: string): Endpoint => ({
  url: 'wss://example.com/mcp',
  scope: user,
  headers: async ({ refused }) => ({
    authorization: `Bearer ${await tokenOf(user, { fresh: refused })}`,
  }),
});
