import { createMcpClient } from '../../src/index.js';

const client = createMcpClient({ security: 'development', metrics: true });

/** What the test calls. */
const page = {
  async pay(url: string) {
    const { content } = await client.callTool(url, 'pay');
    return { content, summary: client.getMetrics(), era: (await client.discover(url)).era };
  },
  async refusal(security: 'production' | 'development', url: string) {
    const strict = createMcpClient({ security, retry: 'simple' });
    const error: unknown = await strict.listTools(url).catch((reason: unknown) => reason);
    return error instanceof Error ? error.name : 'none';
  },
};

declare global {
  interface Window {
    preset: typeof page;
  }
}
window.preset = page;
