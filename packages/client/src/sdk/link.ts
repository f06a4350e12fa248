import { isObject } from '../check.js';
import type { Notification, SessionClosed, Transport } from '../ports.js';

type Message = Record<string, unknown>;
type MessageHandler = NonNullable<Transport['onmessage']>;

const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';

/** Of the protocol's own affairs; nobody else needs to hear of them. */
const INTERNAL = new Set([
  'notifications/progress',
  'notifications/cancelled',
  'notifications/subscriptions/acknowledged',
]);

const MAX_CANCELLED = 1_000;

/** Marks the params of a request, through all copies that the SDK makes of them. Not in JSON. */
export const CALL = Symbol('call');

/** One call, over all the rounds that the SDK makes of it. */
export interface TracedCall {
  /** Of its message that is under way. */
  id?: unknown;
  /** The server has asked for input, so it has begun. */
  begun: boolean;
}

/**
 * A transport that is open already, as the SDK's `Client` gets to see it: starting it does nothing,
 * and what the `Client` hides (why it closed, which subscription a notification is for) is told.
 */
export class Link implements Transport {
  onclose: (() => void) | undefined;
  onerror: ((error: Error) => void) | undefined;
  onmessage: MessageHandler | undefined;
  /** Hears of the id of the next `subscriptions/listen` that is sent. */
  onlisten: ((id: unknown) => void) | undefined;
  /** Hears of notifications; `subscription` is the id of the one that they belong to. */
  onnotification: ((notification: Notification, subscription: unknown) => void) | undefined;
  readonly closed: Promise<SessionClosed>;
  readonly #inner: Transport;
  readonly #cancelled = new Set<unknown>();
  readonly #calls = new Map<unknown, TracedCall>();
  #resolveClosed: (info: SessionClosed | PromiseLike<SessionClosed>) => void = () => {};
  #ended = false;

  private constructor(inner: Transport) {
    this.#inner = inner;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  /** Starts `inner`. What it receives goes to `onmessage` from the first message on. */
  static async open(inner: Transport): Promise<Link> {
    const link = new Link(inner);
    inner.onmessage = (message, extra) => link.#receive(message, extra);
    inner.onerror = (error) => link.onerror?.(error);
    inner.onclose = () => link.#end();
    await inner.start();
    return link;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId;
  }

  /** Streamable HTTP has one stream per request, and then cancels by ending that. */
  get hasPerRequestStream(): boolean {
    return 'hasPerRequestStream' in this.#inner && this.#inner.hasPerRequestStream === true;
  }

  setProtocolVersion(version: string): void {
    this.#inner.setProtocolVersion?.(version);
  }

  async start(): Promise<void> {}

  send(message: Message, options?: object): Promise<void> {
    if (message.method === 'subscriptions/listen') this.onlisten?.(message.id);
    else if (message.method === 'notifications/cancelled') this.#expectLate(message.params);
    else this.#trace(message);
    return this.#inner.send(message, options);
  }

  /** To be told when a call is over. */
  forget({ id }: TracedCall): void {
    this.#calls.delete(id);
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    try {
      await this.#inner.close();
    } finally {
      this.#end();
    }
  }

  #receive(message: Message, extra: unknown): void {
    if (message.method === undefined) {
      // What was cancelled may be answered all the same, and is nobody's mistake.
      if (this.#cancelled.size > 0 && this.#cancelled.delete(message.id)) return;
      const call = this.#calls.get(message.id);
      const { result } = message;
      if (call && isObject(result) && result.resultType === 'input_required') call.begun = true;
    } else if (message.id === undefined) {
      this.#tell(message);
    }
    this.onmessage?.(message, extra);
  }

  #tell({ method, params }: Message): void {
    if (this.onnotification === undefined || INTERNAL.has(String(method))) return;
    const meta = isObject(params) && isObject(params._meta) ? params._meta : undefined;
    const notification = { method: String(method), ...(isObject(params) && { params }) };
    this.onnotification(notification, meta?.[SUBSCRIPTION_ID]);
  }

  #trace({ id, params }: Message): void {
    const call = (params as { [CALL]?: TracedCall } | undefined)?.[CALL];
    if (call === undefined) return;
    this.#calls.delete(call.id);
    this.#calls.set(id, call);
    call.id = id;
  }

  #expectLate(params: unknown): void {
    if (!isObject(params) || params.requestId === undefined) return;
    this.#cancelled.add(params.requestId);
    if (this.#cancelled.size <= MAX_CANCELLED) return;
    for (const oldest of this.#cancelled) {
      this.#cancelled.delete(oldest);
      return;
    }
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const { closed } = this.#inner;
    const told = closed instanceof Promise ? closed.catch((error) => ({ error })) : {};
    this.#resolveClosed(told);
    this.onclose?.();
  }
}
