/** The same measurements for all variants: three attributes, 24 series, 11 buckets. */
export const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
export const LABELS = ['method', 'endpoint', 'outcome'] as const;

const METHODS = ['tools/call', 'tools/list', 'resources/read', 'ping'];
const ENDPOINTS = ['wss://a.example/mcp', 'wss://b.example/mcp', 'wss://c.example/mcp'];
const OUTCOMES = ['ok', 'error'];
const VALUES = [0.004, 0.02, 0.03, 0.2, 0.4, 3, 12];

export const attributesOf = (i: number): Record<(typeof LABELS)[number], string> => ({
  method: METHODS[i & 3] ?? '',
  endpoint: ENDPOINTS[i % 3] ?? '',
  outcome: OUTCOMES[i & 1] ?? '',
});

export const numberOf = (i: number): number => VALUES[i % 7] ?? 0;

export interface Context {
  readonly params: Readonly<Record<string, unknown>>;
}

export interface Variant {
  run(ops: number): void;
  close?(): Promise<void>;
}
