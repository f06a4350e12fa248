import { FakeClock, flush } from '../../../test/fake-clock.js';
import {
  createSession,
  type JsonObject,
  type OutgoingMessage,
  type Session,
  type SessionClosed,
  type SessionEvent,
  type SessionOptions,
  type Transport,
} from '../src/index.js';

export const clientInfo = { name: 'test', version: '1.2.3' };

export const DISCOVERED = {
  supportedVersions: ['2026-07-28'],
  capabilities: { tools: {}, extensions: { 'com.example/x': {} } },
  instructions: 'Be kind.',
  ttlMs: 0,
  cacheScope: 'private',
  _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'scripted', version: '9' } },
};

export type Sent = OutgoingMessage & { params: JsonObject & { _meta: JsonObject } };

/** One end of a wire whose other end is the test. */
export class ScriptedTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: unknown) => void;
  readonly sent: Sent[] = [];
  starts = 0;
  closes = 0;
  version: string | undefined;
  /** What `send` does instead of taking the message. */
  onSend?: (message: Sent) => Promise<void> | undefined;

  async start(): Promise<void> {
    this.starts += 1;
  }

  send(message: OutgoingMessage): Promise<void> {
    const sent = JSON.parse(JSON.stringify(message)) as Sent;
    const outcome = this.onSend?.(sent);
    if (outcome) return outcome;
    this.sent.push(sent);
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.closes += 1;
    this.onclose?.();
  }

  setProtocolVersion(version: string): void {
    this.version = version;
  }

  /** The last message that was sent. */
  get last(): Sent {
    const message = this.sent.at(-1);
    if (message === undefined) throw new Error('nothing was sent');
    return message;
  }

  say(message: unknown): void {
    this.onmessage?.(message as never);
  }

  notify(method: string, params?: JsonObject): void {
    this.say({ jsonrpc: '2.0', method, params });
  }

  answer(result: unknown, id: unknown = this.last.id): void {
    this.say({ jsonrpc: '2.0', id, result });
  }

  complete(result: JsonObject, id?: unknown): void {
    this.answer({ resultType: 'complete', ...result }, id ?? this.last.id);
  }

  refuse(code: number, message = 'no', data?: unknown, id: unknown = this.last.id): void {
    this.say({ jsonrpc: '2.0', id, error: { code, message, data } });
  }
}

/** One that says why it ended, as @x/transport-ws does. */
export class TellingTransport extends ScriptedTransport {
  #tell: (closed: SessionClosed) => void = () => {};
  readonly closed = new Promise<SessionClosed>((resolve) => {
    this.#tell = resolve;
  });

  drop(closed: SessionClosed): void {
    this.#tell(closed);
    this.onclose?.();
  }
}

export interface Scene<T extends ScriptedTransport = ScriptedTransport> {
  readonly session: Session;
  readonly transport: T;
  readonly clock: FakeClock;
  readonly events: SessionEvent[];
  /** The kinds of the violations so far. */
  violations(): string[];
}

/** A session with a scripted server that has been discovered. */
export async function open(options: Partial<SessionOptions> = {}): Promise<Scene> {
  return openOver(new ScriptedTransport(), options);
}

export async function openOver<T extends ScriptedTransport>(
  transport: T,
  options: Partial<SessionOptions> = {},
): Promise<Scene<T>> {
  const clock = new FakeClock();
  const events: SessionEvent[] = [];
  const opening = createSession(transport, {
    clientInfo,
    clock,
    observer: (event) => events.push(event),
    ...options,
  });
  await flush();
  if (options.discover === undefined) transport.complete(DISCOVERED);
  const session = await opening;
  const violations = () =>
    events.flatMap((event) => (event.type === 'session.violation' ? [event.kind] : []));
  return { session, transport, clock, events, violations };
}

/** Says what a promise has come to when it is called: its value, its error, or `pending`. */
export function track(promise: Promise<unknown>): () => Promise<unknown> {
  let outcome: unknown = 'pending';
  promise.then(
    (value) => {
      outcome = value;
    },
    (error) => {
      outcome = error;
    },
  );
  return async () => {
    await flush();
    return outcome;
  };
}

/** What a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  return promise.then(
    (value) => {
      throw new Error(`resolved with ${JSON.stringify(value)}`);
    },
    (error) => error,
  );
}
