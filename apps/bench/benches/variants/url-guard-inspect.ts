import { createUrlGuard } from '@x/url-guard';

export default async function setup({ params }: { params: Record<string, unknown> }) {
  const guard = createUrlGuard();
  const url = String(params.url);
  return {
    run(ops: number): void {
      for (let i = 0; i < ops; i++) {
        if (!guard.inspect(url).allowed) throw new Error(`${url} is refused`);
      }
    },
  };
}
