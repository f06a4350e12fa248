import { createUrlGuard } from '../src/index.js';

const guard = createUrlGuard({ resolve: async () => ['93.184.216.34'] });

const first = await guard.check('https://example.com/mcp');
const next = await guard.check('/moved', { from: first.url });
console.log(next.url);
console.log(guard.inspect('http://example.com/', { from: next.url }).reason);
