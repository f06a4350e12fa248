/** What is used of a tool that a server lists. */
export interface Tool {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema?: {
    readonly properties?: Readonly<Record<string, Property>>;
    readonly required?: readonly string[];
  };
}

interface Property {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
}

const SAMPLES: Readonly<Record<string, unknown>> = {
  number: 2,
  integer: 2,
  boolean: true,
  array: [],
  object: {},
};

/** Arguments to begin with: something that fits for each that is required. */
export function exampleOf(tool: Tool | undefined): object {
  const { properties = {}, required = [] } = tool?.inputSchema ?? {};
  return Object.fromEntries(required.map((name) => [name, sampleOf(properties[name])]));
}

function sampleOf({ type = '', enum: values, default: usual }: Property = {}): unknown {
  return usual ?? values?.[0] ?? SAMPLES[type] ?? 'hello';
}
