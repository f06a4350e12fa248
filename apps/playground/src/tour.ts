import type { Lease, leaseWatch } from './lease-watch.js';
import { textOf } from './result-text.js';
import type { Stack } from './stack.js';

export interface TourStop {
  readonly server: string;
  readonly url: string;
  /** The calls to make; without them, tools are listed only. */
  readonly calls?: readonly { readonly tool: string; readonly args: Record<string, unknown> }[];
}

export interface TourRow {
  readonly server: string;
  readonly tool: string;
  readonly result: string;
  readonly pool: Lease;
  readonly ms: number;
}

/** Calls one server, one call after the other, and tells of each as it returns. */
export async function* visit(
  { client }: Stack,
  leases: ReturnType<typeof leaseWatch>,
  { server, url, calls = [] }: TourStop,
  signal: AbortSignal,
): AsyncGenerator<TourRow> {
  const timed = async (tool: string, call: () => Promise<string>): Promise<TourRow> => {
    const began = performance.now();
    const lease = leases.begin();
    try {
      const result = await call();
      return { server, tool, result, pool: lease.end(), ms: performance.now() - began };
    } finally {
      lease.end();
    }
  };
  yield timed('(tools/list)', async () => {
    const { tools } = await client.listTools(url, { signal });
    return `${tools.length} tools: ${tools.map(({ name }) => name).join(', ')}`;
  });
  for (const { tool, args } of calls) {
    yield timed(tool, async () => textOf(await client.callTool(url, tool, args, { signal })));
  }
}

const WIDTHS = [11, 14, 52, 5, 9] as const;

export const tableHead = line(['server', 'tool', 'result', 'pool', 'latency']);

export function tableRow({ server, tool, result, pool, ms }: TourRow): string {
  return line([server, tool, result, pool, `${ms.toFixed(1)} ms`]);
}

function line(cells: readonly [string, string, string, string, string]): string {
  return cells
    .map((cell, i) => {
      const width = WIDTHS[i] as number;
      const cut = cell.length > width ? `${cell.slice(0, width - 1)}…` : cell;
      return cut.padEnd(width);
    })
    .join('  ')
    .trimEnd();
}
