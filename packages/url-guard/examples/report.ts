import { createUrlGuard } from '../src/index.js';

const guard = createUrlGuard({
  reportOnly: true,
  observer: (event) => {
    if (event.type === 'guard.denied') console.log(`would refuse ${event.target}: ${event.reason}`);
  },
});

console.log((await guard.check('ws://192.168.0.10:3000/mcp')).addresses);
