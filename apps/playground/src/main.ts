import { summary } from '@x/metrics';
import { handler } from '@x/metrics/prometheus';
import { readCommandLine, USAGE } from './command-line.mjs';
import { startDemoServer } from './demo-server.js';
import { startEverythingServer } from './everything-server.js';
import { leaseWatch } from './lease-watch.js';
import { startPageServer } from './page-server.js';
import { createStack, type Stack, type StackEvent } from './stack.js';
import { type TourStop, tableHead, tableRow, visit } from './tour.js';

/** Runs the playground until Ctrl-C; resolves to the exit code, with nothing left running. */
export async function main(argv: readonly string[]): Promise<number> {
  const open: { close(): Promise<unknown> }[] = [];
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    const commandLine = readCommandLine(argv);
    if (commandLine.help) {
      process.stdout.write(USAGE);
      return 0;
    }
    await run(commandLine, open, interrupt.signal);
    return 0;
  } catch (error) {
    if (interrupt.signal.aborted) return 0;
    process.stderr.write(`${inOneLine(error)}\n`);
    return 1;
  } finally {
    // The client before the servers, so that it sees no lost connections.
    for (const one of open.reverse()) await one.close();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function run(
  { port, once, urls }: ReturnType<typeof readCommandLine>,
  open: { close(): Promise<unknown> }[],
  signal: AbortSignal,
): Promise<void> {
  const keep = <T extends { close(): Promise<unknown> }>(one: T): T => {
    open.push(one);
    return one;
  };
  const demo = keep(await startDemoServer());
  const everything = keep(await startEverythingServer());
  const yours = urls.map((url, i) => ({ server: `yours ${i + 1}`, url }));
  const servers = [
    { server: 'demo', url: demo.url },
    { server: 'everything', url: everything.url },
    ...yours,
  ];
  const leases = leaseWatch();
  const stack = createStack((event) => {
    leases.observe(event);
    tellOfRetry(event);
  });
  keep(stack.client);

  const page = once ? undefined : keep(await startPage(port, servers, stack));

  const tour: TourStop[] = [
    {
      server: 'demo',
      url: demo.url,
      calls: [
        { tool: 'add', args: { a: 2, b: 40 } },
        { tool: 'era', args: {} },
      ],
    },
    {
      server: 'everything',
      url: everything.url,
      calls: [
        { tool: 'echo', args: { message: 'hello over WebSocket' } },
        { tool: 'get-sum', args: { a: 2, b: 40 } },
      ],
    },
    ...yours,
  ];
  console.log(tableHead);
  for (const stop of tour) {
    for await (const row of visit(stack, leases, stop, signal)) console.log(tableRow(row));
  }
  const { websocket_pool_hits: hits, websocket_pool_misses: misses } = summary(stack.metrics);
  console.log(`\nPool: ${hits} hits, ${misses} misses.`);
  if (page === undefined) return;
  console.log(`Metrics: ${page.url}/metrics\nCtrl-C ends it all.`);
  await aborted(signal);
  console.log('\nEnding.');
}

async function startPage(port: number, servers: readonly object[], { metrics }: Stack) {
  const page = await startPageServer(port, {
    '/servers.json': (_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(servers));
    },
    '/metrics': handler(metrics),
  });
  for (const taken of page.busy) console.log(`Port ${taken} is busy, trying the next one.`);
  console.log(`\nThe page: ${page.url}\n`);
  return page;
}

/** Of waiting for a server that does not answer, something should be seen. */
function tellOfRetry(event: StackEvent): void {
  if (event.type !== 'retry.scheduled') return;
  const { attempt, delayMs, error } = event as StackEvent & {
    readonly attempt?: number;
    readonly delayMs?: number;
    readonly error?: unknown;
  };
  console.log(`  attempt ${attempt}: ${inOneLine(error)}; again in ${delayMs?.toFixed(0)} ms`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** What went wrong, for a person: the error's name and message, no stack. */
function inOneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.name}: ${error.message}`;
}
