import { server } from './server.js';
import { client } from './stack.js';

const listening = await client.listen(
  server.url,
  { toolsListChanged: true },
  {
    onNotification: ({ method }) => console.log(method),
    onResume: () => console.log('the connection was lost and is back: look again'),
  },
);
console.log(listening.honored);

await listening.close();
await client.close();
await server.close();
