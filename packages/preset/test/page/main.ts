import { createMcpClient, type Endpoint } from '../../src/index.js';

const client = createMcpClient({ security: 'development', metrics: true });

const nameOf = (error: unknown) => (error instanceof Error ? error.name : 'none');

/** What the test calls. */
const page = {
  async pay(url: string) {
    const { content } = await client.callTool(url, 'pay');
    return { content, summary: client.getMetrics(), era: (await client.discover(url)).era };
  },
  async refusal(security: 'production' | 'development', endpoint: Endpoint) {
    const strict = createMcpClient({ security, retry: 'simple' });
    return nameOf(await strict.listTools(endpoint).catch((reason: unknown) => reason));
  },
  settings(transport: object) {
    try {
      createMcpClient({ transport });
    } catch (error) {
      return nameOf(error);
    }
  },
};

declare global {
  interface Window {
    preset: typeof page;
  }
}
window.preset = page;
