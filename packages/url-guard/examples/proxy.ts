import { createUrlGuard } from '../src/index.js';

const guard = createUrlGuard({ proxy: true, allowHosts: ['mcp.example.com'] });

console.log(await guard.check('https://mcp.example.com/mcp'));
console.log(guard.inspect('https://elsewhere.example.com').reason);
