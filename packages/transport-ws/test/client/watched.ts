import { onTestFinished } from 'vitest';
import {
  type ClientTransportEvent,
  type JsonRpcMessage,
  WebSocketClientTransport,
  type WebSocketClientTransportOptions,
} from '../../src/index.js';
import { Log } from '../log.js';

/** A transport, and all that it says. */
export interface Watched {
  readonly transport: WebSocketClientTransport;
  readonly messages: Log<JsonRpcMessage>;
  readonly errors: Log<Error>;
  readonly closes: Log<void>;
  readonly events: Log<ClientTransportEvent>;
}

/** Not started. Closed when its test has finished. */
export function watched(url: string | URL, options: WebSocketClientTransportOptions = {}): Watched {
  const messages = new Log<JsonRpcMessage>();
  const errors = new Log<Error>();
  const closes = new Log<void>();
  const events = new Log<ClientTransportEvent>();
  const transport = new WebSocketClientTransport(url, { observer: events.push, ...options });
  transport.onmessage = messages.push;
  transport.onerror = errors.push;
  transport.onclose = () => closes.push();
  onTestFinished(() => void transport.close());
  return { transport, messages, errors, closes, events };
}

/** Started and open. */
export async function connected(
  url: string | URL,
  options?: WebSocketClientTransportOptions,
): Promise<Watched> {
  const watching = watched(url, options);
  await watching.transport.start();
  return watching;
}

/** What a promise rejects with. */
export const rejection = (promise: Promise<unknown>): Promise<Error & Record<string, unknown>> =>
  promise.then(
    () => {
      throw new Error('expected a rejection');
    },
    (error) => error,
  );

export const ping = { jsonrpc: '2.0', id: 1, method: 'ping' } as const;
export const progress = (step: number) =>
  ({
    jsonrpc: '2.0',
    method: 'notifications/progress',
    params: { progressToken: 't', progress: step },
  }) as const;
