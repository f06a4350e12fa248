export default async function setup({ params }: { params: Record<string, unknown> }) {
  const url = String(params.url);
  return {
    run(ops: number): void {
      for (let i = 0; i < ops; i++) {
        // Something must be asked of the URL, or the compiler may leave it out.
        if (new URL(url).protocol !== 'https:')
          throw new Error(`${url} was read as something else`);
      }
    },
  };
}
