import { isOutcomeUnknownError, type McpClient } from '../src/index.js';

export async function pay(client: McpClient, url: string, invoice: string): Promise<void> {
  try {
    await client.callTool(url, 'pay', { invoice });
  } catch (error) {
    if (!isOutcomeUnknownError(error)) throw error;
    // The connection broke while the tool may have been running. Look before you pay again.
    const { content } = await client.callTool(url, 'is_paid', { invoice }, { idempotent: true });
    if (content[0]?.text !== 'yes') await client.callTool(url, 'pay', { invoice });
  }
}
