/** What the harness asks of a process that it started; one at a time. */
export type Request =
  | { readonly ask: 'setup'; readonly module: string; readonly context: unknown }
  | { readonly ask: 'run'; readonly ops: number; readonly withMemory: boolean }
  | { readonly ask: 'start'; readonly module: string }
  | { readonly ask: 'cpu' }
  | { readonly ask: 'close' };

export type Reply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string; readonly code?: string };

/** In a started process: answers the harness's requests until the harness is gone. */
export function answerRequests(answer: (request: Request) => unknown): void {
  // Ctrl-C reaches the whole foreground group; the harness alone decides what ends when.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit());
  process.on('message', (request: Request) => {
    void reply(request, answer).then((message) => process.send?.(message));
  });
}

async function reply(request: Request, answer: (request: Request) => unknown): Promise<Reply> {
  try {
    return { ok: true, value: await answer(request) };
  } catch (error) {
    if (!(error instanceof Error)) return { ok: false, message: String(error) };
    const code = 'code' in error ? String(error.code) : undefined;
    return { ok: false, message: error.message, ...(code === undefined ? {} : { code }) };
  }
}
