import { textOf } from '../src/result-text.js';
import type { Stack } from '../src/stack.js';

export interface Server {
  readonly server: string;
  readonly url: string;
}

/** Told of each call when it has ended, well or not. */
export type OnCall = (call: { server: string; tool: string; result: string; ms: number }) => void;

interface Tool {
  readonly name: string;
  readonly inputSchema?: { readonly properties?: object; readonly required?: readonly string[] };
}

/** How many calls share the connections when a burst is asked for. */
const BURST = 32;

/** One server: its tools, a form to call them, and what came of it. */
export function serverCard({ client }: Stack, { server, url }: Server, onCall: OnCall): Element {
  const template = document.querySelector('#server-template') as HTMLTemplateElement;
  const card = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as Element;
  card.id = `server-${server}`;
  const pick = <E extends Element>(selector: string): E => card.querySelector(selector) as E;
  const output = pick<HTMLOutputElement>('output');
  const select = pick<HTMLSelectElement>('select');
  const args = pick<HTMLTextAreaElement>('textarea');
  pick('h2').textContent = server;
  pick('.url').textContent = url;
  let tools: readonly Tool[] = [];

  const say = (text: string, failed = false): void => {
    output.textContent = text;
    output.toggleAttribute('data-failed', failed);
  };

  const list = async (): Promise<void> => {
    tools = (await client.listTools(url)).tools as readonly Tool[];
    const options = tools.map(({ name }) => new Option(name));
    select.replaceChildren(...options);
    suggestArguments();
    say(`${tools.length} tools`);
  };

  const suggestArguments = (): void => {
    const tool = tools.find(({ name }) => name === select.value);
    args.value = JSON.stringify(exampleOf(tool));
  };

  const call = async (): Promise<string> => {
    const tool = select.value;
    const began = performance.now();
    const told = (result: string) =>
      onCall({ server, tool, result, ms: performance.now() - began });
    try {
      const result = await client.callTool(url, tool, JSON.parse(args.value || '{}'), {
        onProgress: ({ progress, total }) => say(`${progress} of ${total ?? '?'}`),
      });
      const text = textOf(result);
      told(text);
      return text;
    } catch (error) {
      told(described(error));
      throw error;
    }
  };

  const burst = async (): Promise<string> => {
    const began = performance.now();
    await Promise.all(Array.from({ length: BURST }, call));
    return `${BURST} calls in ${(performance.now() - began).toFixed(0)} ms`;
  };

  const attempt = (work: () => Promise<string | undefined>): void => {
    say('…');
    work().then(
      (text) => text === undefined || say(text),
      (error) => say(described(error), true),
    );
  };

  select.addEventListener('change', suggestArguments);
  pick('[data-do=call]').addEventListener('click', () => attempt(call));
  pick('[data-do=burst]').addEventListener('click', () => attempt(burst));
  pick('[data-do=list]').addEventListener('click', () => attempt(async () => void (await list())));
  attempt(async () => void (await list()));
  return card;
}

/** Arguments to begin with: something of the right type for each that is required. */
function exampleOf(tool: Tool | undefined): object {
  const properties = (tool?.inputSchema?.properties ?? {}) as Record<string, { type?: string }>;
  const samples: Record<string, unknown> = {
    number: 2,
    integer: 2,
    boolean: true,
    array: [],
    object: {},
  };
  return Object.fromEntries(
    (tool?.inputSchema?.required ?? []).map((name) => [
      name,
      samples[properties[name]?.type ?? ''] ?? 'hello',
    ]),
  );
}

function described(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
