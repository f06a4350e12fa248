import type { Client, RequestMethod } from '@modelcontextprotocol/client';
import { isObject } from '../check.js';
import { after, isDeadline, untilAborted } from '../clock.js';
import { HandlerError, SessionError } from '../errors.js';
import { shapeOf } from '../failure.js';
import { follow } from '../follow.js';
import type { Clock, Handlers, JsonObject, SessionContext, Verdict } from '../ports.js';
import { isRefusal, lossOf, translate } from './failure.js';
import { Link } from './link.js';
import { loadSdk } from './load.js';
import { probe } from './probe.js';

export interface Negotiation {
  readonly probeTimeoutMs: number;
  readonly timeoutMs: number;
  readonly handlerTimeoutMs: number;
  readonly maxInputRounds: number;
  readonly clock: Clock;
}

export interface Negotiated {
  readonly client: Client;
  readonly link: Link;
  readonly verdict: Verdict;
}

interface Asked {
  readonly verdict: Verdict;
  /** The connection to go on with; without one, a fresh one is needed. */
  readonly link?: Link;
  /** Whether the answer is worth remembering. */
  readonly sure: boolean;
}

/**
 * Opens a session of the era that the server speaks: the remembered one, else the one that it shows
 * when asked. A server that refuses the era that it was taken for is asked once more.
 */
export async function negotiate(context: SessionContext, setup: Negotiation): Promise<Negotiated> {
  const { prior, remember } = context;
  // Before anything is dialled that it could not talk to.
  await loadSdk();
  const asked: Asked = prior ? { verdict: prior, sure: false } : await ask(context, setup);
  try {
    const negotiated = await settle(asked, context, setup);
    if (asked.sure) remember?.(asked.verdict);
    return negotiated;
  } catch (error) {
    if (asked.verdict.kind === 'modern' || !isRefusal(error)) throw failure(error, context, setup);
    remember?.(undefined);
    const again = await ask(context, setup);
    if (again.verdict.kind === 'legacy') {
      await again.link?.close();
      throw failure(error, context, setup);
    }
    const negotiated = await settle(again, context, setup);
    remember?.(again.verdict);
    return negotiated;
  }
}

async function ask(context: SessionContext, setup: Negotiation, hungUp = false): Promise<Asked> {
  const link = await dial(context);
  const answer = await probe(link, context, setup.probeTimeoutMs, setup.clock);
  switch (answer.kind) {
    case 'modern':
    case 'legacy':
      return { verdict: answer, link, sure: true };
    case 'silent':
      // Whatever it makes of the question, it will not hear the next one on the same connection.
      await link.close();
      return { verdict: { kind: 'legacy' }, sure: true };
    case 'closed': {
      const info = await link.closed;
      if (info.delivery === 'not-sent' || !HANGS_UP.has(info.code)) throw lossOf(info, 'not-sent');
      // Once may be the network; twice is an answer, of a server that ends on what it does not know.
      return hungUp ? { verdict: { kind: 'legacy' }, sure: true } : ask(context, setup, true);
    }
    case 'refused':
      await link.close();
      throw failure(answer.error, context, setup);
  }
}

/** Close codes of a server that does not know what it was asked. Going away, or refusing us, has others. */
const HANGS_UP = new Set([undefined, 1000, 1002, 1003, 1005, 1006, 1007, 1011]);

async function dial(context: SessionContext): Promise<Link> {
  try {
    return await Link.open(await context.connect());
  } catch (error) {
    const { delivery, code } = shapeOf(error);
    // Nothing was sent, whoever says it: but what has a shape of its own keeps it.
    if (delivery !== undefined || typeof code === 'string' || context.signal.aborted) throw error;
    throw new SessionError('the connection could not be opened', 'not-sent', { cause: error });
  }
}

async function settle(
  { verdict, link: open }: Asked,
  context: SessionContext,
  setup: Negotiation,
): Promise<Negotiated> {
  const link = open ?? (await dial(context));
  const client = await clientFor(context, setup);
  const { signal } = context;
  const prior =
    verdict.kind === 'legacy' ? verdict : { ...verdict, discover: verdict.discover as never };
  await untilAborted(client.connect(link, { prior, signal, timeout: setup.timeoutMs }), signal);
  return { client, link, verdict };
}

function failure(error: unknown, { signal }: SessionContext, { timeoutMs }: Negotiation): unknown {
  return signal.aborted ? signal.reason : translate(error, timeoutMs);
}

async function clientFor(context: SessionContext, setup: Negotiation): Promise<Client> {
  const { Client } = await loadSdk();
  const { clientInfo, capabilities = {}, handlers = {} } = context;
  const client = new Client(clientInfo, {
    capabilities,
    inputRequired: { maxRounds: setup.maxInputRounds },
  });
  for (const [method, handler] of Object.entries(handlers)) {
    client.setRequestHandler(method as RequestMethod, (request, { mcpReq }) =>
      answer(method, handler, (request.params ?? {}) as JsonObject, mcpReq.signal, setup),
    );
  }
  return client;
}

/** Runs a handler, which may throw or hang. The server learns of no detail. */
async function answer(
  method: string,
  handler: Handlers[string],
  params: JsonObject,
  outer: AbortSignal,
  { clock, handlerTimeoutMs }: Negotiation,
): Promise<never> {
  const late = new AbortController();
  const stay = follow(outer, () => late.abort(outer.reason));
  const disarm =
    isDeadline(handlerTimeoutMs) &&
    after(clock, handlerTimeoutMs, () =>
      late.abort(new Error(`no answer within ${handlerTimeoutMs} ms`)),
    );
  try {
    const run = async () => handler(params, { signal: late.signal });
    const given: unknown = await untilAborted(run(), late.signal);
    if (!isObject(given) || Array.isArray(given)) throw new TypeError('it must return an object');
    return given as never;
  } catch (cause) {
    throw new HandlerError(`the handler of ${method} failed`, { cause });
  } finally {
    if (disarm) disarm();
    stay();
  }
}
