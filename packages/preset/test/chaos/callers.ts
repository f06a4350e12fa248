import { setTimeout as sleep } from 'node:timers/promises';
import type { PresetClient } from '../../src/index.js';
import type { Chance } from './chance.js';
import { BULK, type Ledger } from './servers.js';

const DEADLINE_MS = 5_000;

/** One call, when it is over. */
export interface Outcome {
  readonly tool: Tool;
  readonly nonce: string;
  readonly tookMs: number;
  readonly end: 'result' | 'aborted' | 'error';
  readonly error?: unknown;
  /** What must not have happened. */
  readonly wrong?: string;
}

const TOOLS = ['pay', 'walk', 'look', 'fetch'] as const;
type Tool = (typeof TOOLS)[number];

const RUNS_ONCE: readonly Tool[] = ['pay', 'walk'];

export interface Caller {
  readonly name: string;
  readonly client: PresetClient;
  readonly chance: Chance;
  readonly urls: readonly [string, ...string[]];
}

/** Calls one tool after the other until `over` aborts; the call that is running then is waited for. */
export async function keepCalling(caller: Caller, over: AbortSignal): Promise<Outcome[]> {
  const { chance } = caller;
  const outcomes: Outcome[] = [];
  while (!over.aborted) {
    outcomes.push(await callOnce(caller, `${caller.name}.${outcomes.length}`));
    await sleep(chance.between(0, 30));
  }
  return outcomes;
}

async function callOnce(caller: Caller, nonce: string): Promise<Outcome> {
  const { client, chance, urls } = caller;
  const url = chance.pick(urls);
  const tool = chance.pick(TOOLS);
  const args = { nonce, workMs: chance.between(0, 40) };
  const patienceMs = chance.next() < 0.1 ? chance.between(0, 60) : undefined;
  const controller = new AbortController();
  const impatience =
    patienceMs === undefined
      ? undefined
      : setTimeout(() => controller.abort(`${nonce} is aborted`), patienceMs);
  const strays: unknown[] = [];
  const startedAt = performance.now();
  const about = () => ({ tool, nonce, tookMs: performance.now() - startedAt });
  try {
    const { content } = await client.callTool(url, tool, args, {
      maxTotalTimeoutMs: DEADLINE_MS,
      timeoutMs: 2_000,
      signal: controller.signal,
      ...(tool === 'walk' && {
        onProgress: ({ message }) => {
          if (message !== nonce) strays.push(message);
        },
      }),
    });
    const got = content.map(({ text }) => text);
    const right = tool === 'fetch' ? [nonce, BULK] : [nonce];
    const isRight = got.length === right.length && right.every((text, at) => got[at] === text);
    if (!isRight) return { ...about(), end: 'result', wrong: `another's answer: ${got[0]}` };
    if (strays.length > 0) return { ...about(), end: 'result', wrong: `another's progress` };
    return { ...about(), end: 'result' };
  } catch (error) {
    const isAbort = controller.signal.aborted && error === controller.signal.reason;
    return { ...about(), end: isAbort ? 'aborted' : 'error', error };
  } finally {
    clearTimeout(impatience);
  }
}

interface Shape {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly delivery?: unknown;
}

/** How an error is counted: its name and how far the call got. */
export function kindOf(error: unknown): string {
  const { name, code, delivery } = Object(error) as Shape;
  return `${String(name)} ${String(code)} ${String(delivery)}`;
}

/** What is wrong with how a call ended, if anything. To be asked when all servers have stopped. */
export function faultIn(outcome: Outcome, ledger: Ledger, slackMs: number): string | undefined {
  const { tool, nonce, end, error, tookMs, wrong } = outcome;
  const runs = ledger.runsOf(nonce);
  const said = (what: string) => `${nonce} (${tool}): ${what} [${end} ${kindOf(error)}]`;
  if (wrong !== undefined) return said(wrong);
  if (tookMs > DEADLINE_MS + slackMs) return said(`took ${Math.round(tookMs)} ms`);
  if (runs > 1 && RUNS_ONCE.includes(tool)) return said(`ran ${runs} times`);
  if (end === 'result' && runs === 0) return said('has a result and never ran');
  if (end !== 'error') return undefined;
  const { code, delivery } = Object(error) as Shape;
  if (!(error instanceof Error) || !/^[A-Z][A-Z0-9_]+$/.test(String(code))) {
    return said(`ended in an error of no type: ${String(error)}`);
  }
  if (delivery !== 'not-sent' && delivery !== 'unknown') return said(`claims: ${String(delivery)}`);
  if (delivery === 'not-sent' && runs > 0 && RUNS_ONCE.includes(tool)) {
    return said(`is said not to have been sent, and ran: ${error.message}`);
  }
  return undefined;
}
