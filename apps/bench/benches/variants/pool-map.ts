/** What no pool can do without: a look-up by key and a promise. */
export default async function setup({ params }: { params: Record<string, unknown> }) {
  const { keys = 1 } = params as { keys?: number };
  const names = Array.from({ length: keys }, (_, n) => `wss://host-${n}.example/mcp`);
  const items = new Map(names.map((name) => [name, { uses: 0 }]));
  return {
    run: async (ops: number) => {
      let next = 0;
      for (let op = 0; op < ops; op++) {
        const item = await Promise.resolve(items.get(names[next] as string));
        if (item !== undefined) item.uses++;
        if (++next === keys) next = 0;
      }
    },
  };
}
