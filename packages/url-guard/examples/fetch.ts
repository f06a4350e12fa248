import { createServer } from 'node:http';
import { createUrlGuard } from '../src/index.js';

// A server on a port that we open, which redirects to one that we do not.
const server = createServer((_, response) => {
  response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as { port: number };

const { fetch } = createUrlGuard({ allowAddresses: [`127.0.0.1:${port}`] });

try {
  await fetch(`http://127.0.0.1:${port}/.well-known/oauth-protected-resource`);
} catch (error) {
  console.log((error as Error).message);
}
server.close();
