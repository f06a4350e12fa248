import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFailed, test } from 'vitest';
import { createMcpClient, type PresetClient } from '../../src/index.js';
import { eventually } from '../workshop.js';
import { faultIn, keepCalling, kindOf, type Outcome } from './callers.js';
import { type Chance, chanceOf } from './chance.js';
import { expectNoMoreThan, resources } from './handles.js';
import { legacySessions } from './legacy.js';
import { startProxy } from './proxy.js';
import { Ledger, Restartable } from './servers.js';

// CHAOS_SEED=... repeats a run: who calls what, which faults come, and in which order. What the
// operating system makes of it in between differs.
const seed = process.env.CHAOS_SEED ?? Math.random().toString(36).slice(2, 10);

/** How late a busy machine may notice that a deadline has passed. */
const SLACK_MS = 3_000;

const CALLERS = 32;

/** How often every fault befalls every server. */
const ROUNDS = 2;

const faults = {
  reset: async ({ proxy }: Restartable) => proxy.reset(),
  cutAnswer: async ({ proxy }: Restartable) => proxy.cut('to client'),
  cutRequest: async ({ proxy }: Restartable) => proxy.cut('to server'),
  stall: async ({ proxy }: Restartable, chance: Chance) => proxy.stall(chance.between(50, 300)),
  blackHole: async ({ proxy }: Restartable) => proxy.stall(1_500),
  delay: async ({ proxy }: Restartable, chance: Chance) => {
    proxy.delayMs = chance.between(5, 40);
    await sleep(chance.between(100, 400));
    proxy.delayMs = 0;
  },
  crash: async (server: Restartable, chance: Chance) => {
    await server.crash();
    await sleep(chance.between(0, 200));
    await server.start();
  },
  drain: async (server: Restartable, chance: Chance) => {
    await server.drain();
    await sleep(chance.between(0, 100));
    await server.start();
  },
};

/** In an order that chance decides. */
async function wreak(servers: readonly Restartable[], chance: Chance): Promise<void> {
  const names = Object.keys(faults) as (keyof typeof faults)[];
  const deck = servers.flatMap((server) => names.map((name) => ({ server, name })));
  const plan = Array.from({ length: ROUNDS }, () => chance.shuffled(deck)).flat();
  for (const { server, name } of plan) {
    await sleep(chance.between(50, 250));
    await faults[name](server, chance);
  }
}

test(`32 callers live through chaos (CHAOS_SEED=${seed})`, { timeout: 60_000 }, async () => {
  onTestFailed(() => console.error(`repeat with CHAOS_SEED=${seed}`));
  const before = resources();
  const chance = chanceOf(seed);
  const ledger = new Ledger();
  const servers: Restartable[] = [];
  for (const name of ['a', 'b', 'c']) {
    const { next } = chance.fork(`proxy ${name}`);
    const server = new Restartable(await startProxy(next), ledger);
    await server.start();
    servers.push(server);
  }
  const settings = {
    security: 'development',
    transport: { pingIntervalMs: 250, pongTimeoutMs: 250, handshakeTimeoutMs: 1_000 },
    pool: { maxConnections: 3, maxConcurrency: 4, retryDelayMs: 50 },
    metrics: true,
  } as const;
  const clients: Record<string, PresetClient> = {
    breaker: createMcpClient({ ...settings }),
    retry: createMcpClient({ ...settings, retry: 'exponential' }),
    sdk: createMcpClient({ ...settings, retry: 'exponential', session: 'sdk' }),
    legacy: createMcpClient({ ...settings, retry: 'simple', session: legacySessions }),
  };
  const urls = servers.map(({ url }) => url) as [string, ...string[]];

  const over = new AbortController();
  const kinds = Object.keys(clients) as [string, ...string[]];
  const calling = Array.from({ length: CALLERS }, (_, at) => {
    const kind = kinds[at % kinds.length] ?? kinds[0];
    const name = `${kind}${at}`;
    const client = clients[kind] as PresetClient;
    return keepCalling({ name, client, chance: chance.fork(name), urls }, over.signal);
  });
  await wreak(servers, chance.fork('faults'));
  // All is well again: callers must get over the last fault.
  const { total } = ledger;
  await eventually(() => ledger.total).toBeGreaterThan(total + 2 * CALLERS);
  over.abort();
  const outcomes = (await Promise.all(calling)).flat();

  for (const client of Object.values(clients)) {
    const { leases, waiting, busy } = client.stats();
    expect({ leases, waiting, busy }).toEqual({ leases: 0, waiting: 0, busy: 0 });
    await client.close();
    expect(new Set(Object.values(client.stats()))).toEqual(new Set([0]));
  }
  for (const server of servers) {
    await server.stop();
    expect(server.connections).toBe(0);
    await server.proxy.close();
  }

  console.info(`CHAOS_SEED=${seed}`, summary(outcomes), `${ledger.total} runs`);
  const wrong = outcomes.map((outcome) => faultIn(outcome, ledger, SLACK_MS));
  expect(wrong.filter((fault) => fault !== undefined)).toEqual([]);
  for (const kind of kinds) {
    const answered = outcomes.filter(
      ({ nonce, end }) => nonce.startsWith(kind) && end === 'result',
    );
    expect(answered.length).toBeGreaterThan(CALLERS / kinds.length);
  }
  await expectNoMoreThan(before);
});

function summary(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { end, error } of outcomes) {
    const kind = end === 'error' ? kindOf(error) : end;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
