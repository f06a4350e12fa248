import type { Lease, leaseWatch } from '../src/lease-watch.js';
import { textOf } from '../src/result-text.js';
import type { Stack } from '../src/stack.js';
import { exampleOf, type Tool } from './example-arguments.js';

export interface Server {
  readonly server: string;
  readonly url: string;
}

/** A call that has ended, well or not. */
export interface EndedCall {
  readonly server: string;
  readonly tool: string;
  readonly result: string;
  readonly failed: boolean;
  readonly pool: Lease;
  readonly ms: number;
}

/** What to show of a call's end. */
type Outcome = Pick<EndedCall, 'result' | 'failed'>;

/** How many calls share the connections when a burst is asked for. */
const BURST = 32;

/**
 * One server: its tools, a form to call them, and what came of it.
 * @returns `listed`: resolves when its tools are there, or could not be had
 */
export function serverCard(
  { client }: Stack,
  leases: ReturnType<typeof leaseWatch>,
  { server, url }: Server,
  onCall: (call: EndedCall) => void,
): { readonly card: Element; readonly listed: Promise<void> } {
  const template = document.querySelector('#server-template') as HTMLTemplateElement;
  const card = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as Element;
  card.id = `server-${server.replace(' ', '-')}`;
  const pick = <E extends Element>(selector: string): E => card.querySelector(selector) as E;
  const output = pick<HTMLOutputElement>('output');
  const select = pick<HTMLSelectElement>('select');
  const args = pick<HTMLTextAreaElement>('textarea');
  pick('h2').textContent = server;
  pick('.url').textContent = url;
  let tools: readonly Tool[] = [];
  let attempts = 0;

  /** Only the latest attempt has the word: an earlier one may still make progress. */
  const speaker = () => {
    attempts += 1;
    const mine = attempts;
    return (result: string, failed = false): void => {
      if (mine !== attempts) return;
      output.textContent = result;
      output.toggleAttribute('data-failed', failed);
    };
  };
  type Say = ReturnType<typeof speaker>;

  const showTool = (): void => {
    const tool = tools.find(({ name }) => name === select.value);
    pick('.description').textContent = tool?.description ?? '';
    args.value = JSON.stringify(exampleOf(tool));
  };

  const list = async (say: Say): Promise<void> => {
    const chosen = select.value;
    tools = (await client.listTools(url)).tools as readonly Tool[];
    select.replaceChildren(...tools.map(({ name }) => new Option(name)));
    if (tools.some(({ name }) => name === chosen)) select.value = chosen;
    else showTool();
    say(`${tools.length} tools`);
  };

  const callOnce = async (say: Say): Promise<Outcome> => {
    const tool = select.value;
    const began = performance.now();
    const lease = leases.begin();
    const outcome = await client
      .callTool(url, tool, parsed(args.value), {
        onProgress: ({ progress, total }) => say(`${progress} of ${total ?? '?'}`),
      })
      .then(
        (result) => ({ result: textOf(result), failed: result.isError === true }),
        (error) => ({ result: described(error), failed: true }),
      );
    onCall({ server, tool, ...outcome, pool: lease.end(), ms: performance.now() - began });
    return outcome;
  };

  const call = async (say: Say): Promise<void> => {
    const { result, failed } = await callOnce(say);
    say(result, failed);
  };

  const burst = async (say: Say): Promise<void> => {
    const began = performance.now();
    const outcomes = await Promise.all(Array.from({ length: BURST }, () => callOnce(say)));
    const failures = outcomes.filter(({ failed }) => failed).length;
    const took = `${BURST} calls in ${(performance.now() - began).toFixed(0)} ms`;
    say(failures === 0 ? took : `${took}, ${failures} failed`, failures > 0);
  };

  const attempt = async (work: (say: Say) => Promise<void>): Promise<void> => {
    const say = speaker();
    say('…');
    await work(say).catch((error) => say(described(error), true));
  };

  select.addEventListener('change', showTool);
  args.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void attempt(call);
  });
  pick('[data-do=call]').addEventListener('click', () => attempt(call));
  pick('[data-do=burst]').addEventListener('click', () => attempt(burst));
  pick('[data-do=list]').addEventListener('click', () => attempt(list));
  return { card, listed: attempt(list) };
}

/** @throws TypeError that says so if the text is no JSON object */
function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text || '{}');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // Said below, in words for people.
  }
  throw new TypeError('the arguments must be a JSON object, such as {"a": 1}');
}

function described(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
