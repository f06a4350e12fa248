import { createUrlGuard } from '../src/index.js';

// One address on one port, one range, and a name whose addresses come and go.
const guard = createUrlGuard({
  allowAddresses: ['10.0.0.1:8080'],
  allowCidrs: ['fd12:3456::/32'],
  allowHostsAnyAddress: ['*.svc.cluster.local'],
  resolve: async () => ['10.96.0.7'],
});

console.log((await guard.check('ws://mcp.tools.svc.cluster.local:3000')).addresses);
console.log(guard.inspect('ws://10.0.0.1:8080').allowed, guard.inspect('ws://10.0.0.1').reason);
