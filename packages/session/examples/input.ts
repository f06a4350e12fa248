import { createSession, type Transport } from '../src/index.js';

export const openSession = (transport: Transport) =>
  createSession(transport, {
    clientInfo: { name: 'my-app', version: '1.0.0' },
    capabilities: { elicitation: { form: {} } },
    handlers: {
      // `signal` aborts when the request is over: close the dialog then.
      'elicitation/create': async ({ message }, { signal }) => {
        const name = await ask(String(message), signal);
        return name === undefined ? { action: 'decline' } : { action: 'accept', content: { name } };
      },
    },
  });

async function ask(_question: string, _signal: AbortSignal): Promise<string | undefined> {
  return 'Ada';
}
