import type { Handlers } from '../src/index.js';

/** Goes into `sessionFactory({ handlers })`; the capabilities are declared by themselves. */
export const handlers: Handlers = {
  'elicitation/create': async ({ message }, { signal }) => {
    const name = await askTheUser(String(message), signal);
    return name === undefined ? { action: 'decline' } : { action: 'accept', content: { name } };
  },
  'roots/list': () => ({ roots: [{ uri: 'file:///home/ann/project' }] }),
};

declare function askTheUser(question: string, signal: AbortSignal): Promise<string | undefined>;
