// The same exchange through a session of ours and through the SDK's Client, so that they can be compared.
import { Client, type Transport as SdkTransport } from '@modelcontextprotocol/client';
import { flush } from '../../../test/fake-clock.js';
import {
  createSession,
  type Handlers,
  type JsonObject,
  type RequestOptions,
  type Session,
  type SubscriptionFilter,
  type Transport,
} from '../src/index.js';
import { clientInfo, DISCOVERED, ScriptedTransport, type Sent } from './scripted.js';
import { expectValidFrames } from './valid-frames.js';

/** What can be done with either of them. */
export interface Driver {
  request(method: string, params?: JsonObject, options?: RequestOptions): Promise<JsonObject>;
  listen(
    filter: SubscriptionFilter,
    onNotification: (method: string) => void,
  ): Promise<{ honored: unknown; closed: Promise<string>; close(): Promise<void> }>;
  close(): Promise<void>;
}

const capabilities = { elicitation: { form: {} }, sampling: {}, roots: {} };

const handlers: Handlers = {
  'elicitation/create': ({ message }) => {
    if (message === 'throw') throw new Error('the handler is broken');
    return { action: 'accept', content: { name: String(message) } };
  },
  'sampling/createMessage': () => ({
    role: 'assistant',
    model: 'm',
    content: { type: 'text', text: 'sampled' },
  }),
  'roots/list': () => ({ roots: [{ uri: 'file:///a' }] }),
};

export async function ours(transport: Transport): Promise<Driver> {
  const session: Session = await createSession(transport, { clientInfo, capabilities, handlers });
  return {
    request: (...request) => session.request(...request),
    listen: (filter, onNotification) =>
      session.listen(filter, { onNotification: ({ method }) => onNotification(method) }),
    close: () => session.close(),
  };
}

export async function theirs(transport: SdkTransport): Promise<Driver> {
  const client = new Client(clientInfo, {
    capabilities,
    versionNegotiation: { mode: { pin: '2026-07-28' } },
  });
  for (const method of ['elicitation/create', 'sampling/createMessage', 'roots/list'] as const) {
    const handler = handlers[method];
    client.setRequestHandler(
      method,
      async ({ params }, { mcpReq }) =>
        // biome-ignore lint/suspicious/noExplicitAny: three methods, three result types
        (await handler?.((params ?? {}) as JsonObject, { signal: mcpReq.signal })) as any,
    );
  }
  await client.connect(transport);
  return {
    async request(method, params, options = {}) {
      const { timeoutMs, maxTotalTimeoutMs, onProgress, logLevel, meta, ...rest } = options;
      const _meta = {
        ...(logLevel && { 'io.modelcontextprotocol/logLevel': logLevel }),
        ...meta,
        ...Object(params?._meta),
      };
      const hasMeta = Object.keys(_meta).length > 0;
      const request = {
        method,
        ...((params || hasMeta) && { params: { ...params, ...(hasMeta && { _meta }) } }),
      };
      return (await client.request(request as { method: 'tools/list' }, {
        ...rest,
        timeout: timeoutMs,
        maxTotalTimeout: maxTotalTimeoutMs,
        onprogress: onProgress,
      })) as JsonObject;
    },
    async listen(filter, onNotification) {
      for (const method of [
        'notifications/tools/list_changed',
        'notifications/prompts/list_changed',
        'notifications/resources/list_changed',
        'notifications/resources/updated',
      ] as const) {
        client.setNotificationHandler(method, () => onNotification(method));
      }
      const { honoredFilter, closed, close } = await client.listen({
        ...filter,
        resourceSubscriptions: filter.resourceSubscriptions && [...filter.resourceSubscriptions],
      });
      return { honored: honoredFilter, closed, close };
    },
    close: () => client.close(),
  };
}

/** What an exchange may do while its request is under way. */
export interface Stage {
  readonly peer: ScriptedTransport;
  /** The last request. */
  readonly request: Sent;
  abort(): void;
}

export interface Exchange {
  readonly name: string;
  readonly method: string;
  readonly params?: JsonObject;
  readonly options?: RequestOptions;
  readonly abortable?: boolean;
  /** Acts the server, once the request is out. */
  play(stage: Stage): void | Promise<void>;
}

export interface Trace {
  readonly outcome: unknown;
  readonly frames: readonly unknown[];
  readonly progress: readonly unknown[];
}

/** Plays an exchange with one of the two, on a connection of its own. */
export async function play(
  connect: (transport: ScriptedTransport) => Promise<Driver>,
  { method, params, options, abortable, play }: Exchange,
): Promise<Trace> {
  const peer = new ScriptedTransport();
  const connecting = connect(peer);
  await flush();
  peer.complete(DISCOVERED);
  const driver = await connecting;
  peer.sent.length = 0;
  const controller = new AbortController();
  const progress: unknown[] = [];
  const onProgress = options?.onProgress && ((one: unknown) => progress.push(one));
  const outcome = driver
    .request(method, params, {
      ...options,
      ...(onProgress && { onProgress }),
      ...(abortable && { signal: controller.signal }),
    })
    .then((result) => ({ result }), describe);
  await flush();
  const stage: Stage = {
    peer,
    get request() {
      const last = peer.sent.filter(({ id }) => id !== undefined).at(-1);
      if (!last) throw new Error('no request was sent');
      return last;
    },
    abort: () => controller.abort(new Error('enough')),
  };
  await play(stage);
  const trace = { outcome: await outcome, frames: alike(peer.sent), progress };
  await driver.close();
  expectValidFrames(peer.sent);
  return trace;
}

/** An error of either, by what both can say of it. */
export function describe(error: unknown): unknown {
  const { name, code, rpcCode, data, message } = Object(error);
  if (code === 'HANDLER_FAILED' || message === 'the handler is broken')
    return { failed: 'handler' };
  const numeric = rpcCode ?? (typeof code === 'number' ? code : undefined);
  if (numeric !== undefined) return { rpcCode: numeric, message, data };
  const failed = FAILURES.get(code) ?? `${name}: ${message}`;
  // An abort is a timeout to the SDK, and the reason itself to us.
  if (String(message).includes('enough')) return { failed: 'aborted' };
  return { failed };
}

const FAILURES = new Map<unknown, string>([
  ['TIMEOUT', 'timeout'],
  ['REQUEST_TIMEOUT', 'timeout'],
  ['SESSION_CLOSED', 'closed'],
  ['CONNECTION_CLOSED', 'closed'],
  ['INVALID_RESULT', 'invalid'],
  ['UNSUPPORTED_RESULT_TYPE', 'invalid'],
  ['INPUT_REQUIRED', 'input'],
  ['INPUT_REQUIRED_ROUNDS_EXCEEDED', 'input'],
  ['CAPABILITY_NOT_SUPPORTED', 'input'],
]);

/** Frames without what may differ: ids by their order, no reason of a cancellation. */
export function alike(sent: readonly Sent[]): unknown[] {
  const ids = new Map<unknown, string>();
  return sent.map(({ id, method, params }) => {
    if (id !== undefined) ids.set(id, `#${ids.size + 1}`);
    const { reason: _, requestId, _meta, ...rest } = params;
    const { progressToken, ...meta } = _meta;
    return {
      id: ids.get(id),
      method,
      params: {
        ...rest,
        ...(requestId !== undefined && { requestId: ids.get(requestId) }),
        _meta: {
          ...meta,
          ...(progressToken !== undefined && { progressToken: ids.get(progressToken) }),
        },
      },
    };
  });
}
