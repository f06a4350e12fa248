export const clientInfo = { name: 'bench', version: '1.0.0' };

/** Makes `ops` calls, `inFlight` of them at a time. */
export async function loop(
  ops: number,
  inFlight: number,
  call: () => Promise<unknown>,
): Promise<void> {
  let left = ops;
  const lane = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, ops) }, lane));
}
