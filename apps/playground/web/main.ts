import './interpreted-schemas.js';

import { summary } from '@x/metrics';
import { leaseWatch } from '../src/lease-watch.js';
import { createStack, type StackEvent } from '../src/stack.js';
import { type EndedCall, type Server, serverCard } from './server-card.js';

const MAX_EVENTS = 100;
const MAX_CALLS = 50;

const at = (selector: string): Element => document.querySelector(selector) as Element;
const leases = leaseWatch();
const stack = createStack((event) => {
  leases.observe(event);
  showEvent(event);
});

function showEvent({ type, ...fields }: StackEvent): void {
  const item = document.createElement('li');
  const { at: _, ...said } = fields as Record<string, unknown>;
  item.textContent = `${type} ${JSON.stringify(said, shortly)}`;
  prepend(at('#events'), item, MAX_EVENTS);
}

/** Durations come with more digits than anybody reads. */
function shortly(_name: string, value: unknown): unknown {
  if (value instanceof Error) return value.name;
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toFixed(2)) : value;
}

function showCall({ server, tool, result, failed, pool, ms }: EndedCall): void {
  const row = document.createElement('tr');
  row.toggleAttribute('data-failed', failed);
  const cells = [server, tool, result, pool, `${ms.toFixed(1)} ms`];
  for (const text of cells) row.insertCell().textContent = text;
  prepend(at('#calls'), row, MAX_CALLS);
  showNumbers();
}

function showNumbers(): void {
  const { endpoints: _, ...numbers } = summary(stack.metrics);
  const entries = Object.entries(numbers).flatMap(([name, value]) => {
    const term = document.createElement('dt');
    const description = document.createElement('dd');
    term.textContent = name;
    description.textContent = Number.isInteger(value) ? String(value) : value.toFixed(3);
    return [term, description];
  });
  at('#numbers').replaceChildren(...entries);
}

function prepend(list: Element, item: Element, max: number): void {
  list.prepend(item);
  while (list.children.length > max) list.lastElementChild?.remove();
}

const response = await fetch('/servers.json');
const servers = (await response.json()) as readonly Server[];
const cards = servers.map((server) => serverCard(stack, leases, server, showCall));
at('#servers').replaceChildren(...cards.map(({ card }) => card));
await Promise.all(cards.map(({ listed }) => listed));
showNumbers();
addEventListener('pagehide', () => void stack.client.close());
