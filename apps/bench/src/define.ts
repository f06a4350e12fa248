import { BenchError } from './bench-error.js';

/** What a variant module's default export gets: the server's URL, if there is one, and its own parameters. */
export interface VariantContext {
  readonly url?: string;
  readonly params: Record<string, unknown>;
}

/** One way of doing the work that is compared. */
export interface Variant {
  /** Does `ops` operations and returns, or resolves, when all of them are done. */
  run(ops: number): void | Promise<void>;
  close?(): void | Promise<void>;
}

/** The default export of a variant module. */
export type VariantSetup = (ctx: VariantContext) => Variant | Promise<Variant>;

export interface BenchServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The default export of a server module. */
export type ServerStart = () => Promise<BenchServer>;

/** `rate`: operations per second. `cpu`: CPU time per operation. `memory`: growth of the resident set per operation. */
export type Metric = 'rate' | 'cpu' | 'memory';

/** A claim: the ratio `of / against` of a metric is at least, or at most, so much. */
export type Target = {
  readonly metric: Metric;
  readonly of: string;
  readonly against: string;
} & (
  | { readonly atLeast: number; readonly atMost?: undefined }
  | { readonly atMost: number; readonly atLeast?: undefined }
);

export interface VariantSource {
  readonly module: URL;
  readonly params?: Record<string, unknown>;
}

export interface BenchDefinition {
  readonly title: string;
  /** Module of a server that runs in a process of its own and serves all variants. */
  readonly server?: URL;
  /** By name; each runs in a process of its own, in this order within every round. */
  readonly variants: Readonly<Record<string, URL | VariantSource>>;
  /** Operations per round and variant. */
  readonly ops: number;
  /** Rounds that count. @default 7 */
  readonly rounds?: number;
  /** Rounds before those that count. @default 2 */
  readonly warmup?: number;
  /** Longest that one step (start, set-up, one round of one variant, close) may take. @default 120_000 */
  readonly deadlineMs?: number;
  readonly targets?: readonly Target[];
}

/** A definition with its defaults filled in. */
export interface Bench {
  readonly title: string;
  readonly server: URL | undefined;
  readonly variants: ReadonlyMap<string, Required<VariantSource>>;
  readonly ops: number;
  readonly rounds: number;
  readonly warmup: number;
  readonly deadlineMs: number;
  readonly targets: readonly Target[];
}

const KEYS = ['title', 'server', 'variants', 'ops', 'rounds', 'warmup', 'deadlineMs', 'targets'];
const METRICS: readonly unknown[] = ['rate', 'cpu', 'memory'] satisfies Metric[];

/**
 * Checks a bench and fills in its defaults; the default export of every `benches/*.bench.ts`.
 *
 * @throws BenchError `DEFINITION`, naming the field, its value and what would be right.
 */
export function defineBench(definition: BenchDefinition): Bench {
  for (const key of Object.keys(definition)) {
    if (!KEYS.includes(key)) refuse(key, `is not a field of a bench; known are ${KEYS.join(', ')}`);
  }
  const { title, server, rounds = 7, warmup = 2, deadlineMs = 120_000, targets = [] } = definition;
  if (typeof title !== 'string' || title === '') refuse('title', 'must be a text', title);
  if (server !== undefined && !(server instanceof URL)) refuse('server', 'must be a URL', server);
  atLeast('ops', definition.ops, 1);
  atLeast('rounds', rounds, 1);
  atLeast('warmup', warmup, 0);
  atLeast('deadlineMs', deadlineMs, 1);
  const variants = new Map(
    Object.entries(definition.variants).map(([name, source]) => [
      name,
      variantSource(name, source),
    ]),
  );
  if (variants.size === 0) refuse('variants', 'must have at least one');
  for (const [index, target] of targets.entries()) checkTarget(index, target, variants);
  return { title, server, variants, ops: definition.ops, rounds, warmup, deadlineMs, targets };
}

function variantSource(name: string, source: URL | VariantSource): Required<VariantSource> {
  const { module, params = {} } = source instanceof URL ? { module: source } : source;
  if (!(module instanceof URL)) refuse(`variants.${name}`, 'must be a URL or { module, params }');
  return { module, params };
}

function checkTarget(index: number, target: Target, variants: ReadonlyMap<string, unknown>): void {
  const at = `targets[${index}]`;
  const { metric, of, against, atLeast: least, atMost: most } = target;
  if (!METRICS.includes(metric)) refuse(`${at}.metric`, `must be ${METRICS.join(', ')}`, metric);
  for (const [side, name] of Object.entries({ of, against })) {
    if (!variants.has(name)) refuse(`${at}.${side}`, 'must name a variant', name);
  }
  const bounds: unknown[] = [least, most].filter((bound) => bound !== undefined);
  if (bounds.length !== 1) refuse(at, 'must have either atLeast or atMost');
  if (!(typeof bounds[0] === 'number' && bounds[0] > 0)) refuse(at, 'needs a bound > 0', bounds[0]);
}

function atLeast(field: string, value: unknown, least: number): void {
  if (!(Number.isSafeInteger(value) && Number(value) >= least)) {
    refuse(field, `must be a whole number of ${least} or more`, value);
  }
}

function refuse(field: string, rule: string, ...got: [value?: unknown]): never {
  const seen = got.length === 0 ? '' : `, got ${JSON.stringify(got[0]) ?? String(got[0])}`;
  throw new BenchError('DEFINITION', `${field} ${rule}${seen}`);
}
