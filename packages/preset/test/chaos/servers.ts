import { setTimeout as sleep } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import { serveWebSocket, type WebSocketServerHandle } from '@x/transport-ws/server';
import { z } from 'zod';
import type { UnrulyProxy } from './proxy.js';

/** How often each nonce has run, on whichever server. */
export class Ledger {
  readonly #runs = new Map<string, number>();
  #total = 0;

  enter(nonce: string): void {
    this.#total++;
    this.#runs.set(nonce, this.runsOf(nonce) + 1);
  }

  runsOf(nonce: string): number {
    return this.#runs.get(nonce) ?? 0;
  }

  get total(): number {
    return this.#total;
  }
}

/** Text that no single segment carries. */
export const BULK = 'x'.repeat(200_000);

const inputSchema = z.object({ nonce: z.string(), workMs: z.number() });

/** Each tool writes down that it runs, works for a while, and answers with its caller's nonce. */
export function bookkeeper(ledger: Ledger): McpServer {
  const server = new McpServer({ name: 'bookkeeper', version: '1.0.0' });
  const answer = async (nonce: string, workMs: number, more: string[] = []) => {
    ledger.enter(nonce);
    await sleep(workMs);
    return { content: [nonce, ...more].map((text) => ({ type: 'text' as const, text })) };
  };
  server.registerTool('pay', { inputSchema }, ({ nonce, workMs }) => answer(nonce, workMs));
  server.registerTool(
    'look',
    { inputSchema, annotations: { readOnlyHint: true } },
    ({ nonce, workMs }) => answer(nonce, workMs),
  );
  server.registerTool(
    'fetch',
    { inputSchema, annotations: { readOnlyHint: true } },
    ({ nonce, workMs }) => answer(nonce, workMs, [BULK]),
  );
  server.registerTool('walk', { inputSchema }, async ({ nonce, workMs }, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (const progress of progressToken === undefined ? [] : [1, 2, 3]) {
      const params = { progressToken: progressToken ?? 0, progress, message: nonce };
      await mcpReq.notify({ method: 'notifications/progress', params });
    }
    return answer(nonce, workMs);
  });
  return server;
}

/** A server behind a proxy, which clients know it by: it comes back on another port. */
export class Restartable {
  readonly proxy: UnrulyProxy;
  readonly #ledger: Ledger;
  #handle: WebSocketServerHandle | undefined;

  constructor(proxy: UnrulyProxy, ledger: Ledger) {
    this.proxy = proxy;
    this.#ledger = ledger;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.proxy.port}/mcp`;
  }

  get connections(): number {
    return this.#handle?.connections ?? 0;
  }

  async start(): Promise<void> {
    this.#handle = await serveWebSocket(() => bookkeeper(this.#ledger), {
      drainTimeoutMs: 300,
      retryAfterMs: 200,
    });
    this.proxy.target = this.#handle.port;
  }

  /** As a process that is killed. */
  async crash(): Promise<void> {
    this.proxy.target = undefined;
    this.proxy.reset();
    await this.#handle?.close();
  }

  /** As a process that is asked to end; it refuses whoever still comes. */
  async drain(): Promise<void> {
    await this.#handle?.drain();
    await this.stop();
  }

  async stop(): Promise<void> {
    this.proxy.target = undefined;
    await this.#handle?.close();
  }
}
