import './interpreted-schemas.js';

import { summary } from '@x/metrics';
import { lastLease } from '../src/last-lease.js';
import { createStack, type StackEvent } from '../src/stack.js';
import { type Server, serverCard } from './server-card.js';

const MAX_EVENTS = 100;
const MAX_CALLS = 50;

const at = (selector: string): Element => document.querySelector(selector) as Element;
const lease = lastLease();
const stack = createStack((event) => {
  lease.observe(event);
  showEvent(event);
});

function showEvent({ type, ...fields }: StackEvent): void {
  const item = document.createElement('li');
  const { at: _, ...said } = fields as Record<string, unknown>;
  item.textContent = `${type} ${JSON.stringify(said)}`;
  prepend(at('#events'), item, MAX_EVENTS);
}

function showCall(call: { server: string; tool: string; result: string; ms: number }): void {
  const row = document.createElement('tr');
  const cells = [call.server, call.tool, call.result, lease.pool, `${call.ms.toFixed(1)} ms`];
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
at('#servers').replaceChildren(...servers.map((server) => serverCard(stack, server, showCall)));
addEventListener('pagehide', () => void stack.client.close());
