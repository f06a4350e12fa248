import { type Timed, watchDeadlines } from './deadlines.js';
import { envelopeOf, metaOf } from './envelope.js';
import { type Delivery, ProtocolError } from './errors.js';
import { codeOf, type Emit, type ViolationKind } from './events.js';
import { isObject } from './json.js';
import type { Settings } from './options.js';
import { Pending } from './pending.js';
import type { JsonObject, RequestOptions, SessionClosed, Transport } from './ports.js';
import { tell } from './tell.js';

const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';

/** How many cancelled requests are remembered, because their answers may still be under way. */
const MAX_ABANDONED = 1_000;

/** A request of ours that is not over. */
export interface Entry extends Timed {
  /** The id of its last message; what it is filed under. */
  id: number;
  readonly method: string;
  /** Whether the server owes an answer. */
  readonly waiting: boolean;
  onAnswer(message: JsonObject): void;
  onProgress?(params: JsonObject): void;
  /** Only subscriptions have it. */
  onNotification?(method: string, params: JsonObject): void;
  /** Only subscriptions may be cancelled by the server. */
  onCancelled?(): void;
  /** The message could not be sent, or the session has ended. */
  onFailure(error: unknown): void;
}

/**
 * Requests and what comes back, over one transport: ids, correlation, deadlines, the envelope of
 * every message, and what becomes of messages that fit nothing.
 */
export interface Exchange {
  readonly settings: Settings;
  readonly closed: Promise<SessionClosed>;
  start(): Promise<void>;
  /** Sets the version that messages are sent with. */
  speak(version: string): void;
  /** @throws why no message can be sent now */
  admit(signal?: AbortSignal): void;
  /** Sends a request, and files its entry until `remove`. */
  send(entry: Entry, params: JsonObject | undefined, options?: RequestOptions): void;
  /** To be called when a deadline was set after `send`. */
  watch(entry: Entry): void;
  remove(entry: Entry): unknown;
  notify(method: string, params?: JsonObject): Promise<void>;
  /** Tells the server that nobody waits for this answer any more. */
  cancel(entry: Entry, reason?: string): Promise<void>;
  violation(kind: ViolationKind, method?: string, error?: string): void;
  close(): Promise<void>;
  /** Leaves the transport, open and started, to whoever wants it next. */
  release(): void;
}

export function openExchange(transport: Transport, settings: Settings, emit?: Emit): Exchange {
  const pending = new Pending<Entry>();
  const abandoned: unknown[] = [];
  let cancelled = 0;
  const deadlines = watchDeadlines(settings.clock, pending);
  let envelope: JsonObject = {};
  let ended: SessionClosed | undefined;
  let closing: Promise<void> | undefined;
  let resolveClosed: (closed: SessionClosed) => void;
  const closed = new Promise<SessionClosed>((resolve) => {
    resolveClosed = resolve;
  });

  const violation: Exchange['violation'] = (kind, method, error) =>
    emit?.({ type: 'session.violation', kind, method, error });

  /** What refers to no request in flight: to be expected where we cancelled it, else a violation. */
  const stray = (id: unknown, method?: string) => {
    if (abandoned.includes(id)) return;
    const ours = typeof id === 'number' && id > 0 && id <= pending.lastId;
    violation(ours ? 'settled-id' : 'unknown-id', method);
  };

  const notified = (method: string, params: JsonObject) => {
    const { progress, progressToken, requestId, _meta } = params;
    const isProgress = method === 'notifications/progress';
    const isCancelled = method === 'notifications/cancelled';
    const subscription = Object(_meta)[SUBSCRIPTION_ID];
    const id = isProgress ? progressToken : isCancelled ? requestId : subscription;
    const entry = pending.get(id);
    if (isProgress && typeof progress !== 'number') violation('malformed', method);
    else if (isProgress && entry?.onProgress) entry.onProgress(params);
    else if (isCancelled && entry?.onCancelled) entry.onCancelled();
    else if (isCancelled && entry) violation('cancelled', method);
    else if (isProgress || isCancelled) stray(id, method);
    else if (entry?.onNotification) entry.onNotification(method, params);
    else if (id !== undefined) stray(id, method);
    else tell(settings.onNotification, { method, params });
  };

  const received = (message: unknown) => {
    const { id, method, params = {} } = Object(message);
    if (method === undefined && isObject(message)) {
      const entry = pending.get(id);
      if (entry?.waiting) entry.onAnswer(message);
      else {
        stray(id);
        // A second answer is one too many, also to what was cancelled.
        if (abandoned.includes(id)) abandoned[abandoned.indexOf(id)] = 0;
      }
    } else if (typeof method !== 'string' || !isObject(params)) violation('malformed');
    else if (id !== undefined) violation('request', method);
    else notified(method, params);
  };

  const end = (why: SessionClosed) => {
    if (ended) return;
    ended = why;
    deadlines.stop();
    for (const entry of pending.all()) {
      entry.onFailure(closedError(why.delivery ?? 'unknown', why));
    }
    resolveClosed(why);
  };
  const lost = () => void Promise.resolve(transport.closed ?? {}).then(end, () => end({}));

  const shut = async () => {
    end({ reason: 'close() was called' });
    try {
      await transport.close();
    } catch {
      // It is of no use any more, whatever it says.
    }
  };

  const notify: Exchange['notify'] = (method, params) => {
    const _meta = { ...envelope, ...Object(params?._meta) };
    return transport.send({ jsonrpc: '2.0', method, params: { ...params, _meta } });
  };

  return {
    settings,
    closed,
    start() {
      transport.onmessage = received;
      transport.onerror = (error) => violation('transport', undefined, codeOf(error));
      transport.onclose = lost;
      // Nobody may be listening when it says why, and then not even by its rejection.
      tell(() => transport.closed, undefined);
      return transport.start();
    },
    speak(version) {
      envelope = envelopeOf(version, settings);
    },
    admit(signal) {
      signal?.throwIfAborted();
      if (ended) throw closedError('not-sent', ended);
      if (pending.size < settings.maxInFlight) return;
      throw new ProtocolError('TOO_MANY_IN_FLIGHT', 'maxInFlight requests are in flight', {
        delivery: 'not-sent',
      });
    },
    send(entry, params, options) {
      const { method } = entry;
      pending.remove(entry);
      pending.add(entry);
      const { id } = entry;
      deadlines.watch(entry);
      const failed = (error: unknown) => {
        // It may be over, or in its next round.
        if (pending.get(id)) entry.onFailure(error);
      };
      try {
        const _meta = metaOf(envelope, method, id, params, options, settings);
        // Not `{ ...params, _meta }`: V8 keeps something of each copy that is added to, until it
        // collects everything.
        const full: JsonObject = { _meta, ...params };
        full._meta = _meta;
        transport.send({ jsonrpc: '2.0', id, method, params: full }).then(undefined, failed);
      } catch (error) {
        failed(error);
      }
    },
    watch: deadlines.watch,
    remove: (entry) => pending.remove(entry),
    notify,
    async cancel({ id }, reason) {
      abandoned[cancelled++ % MAX_ABANDONED] = id;
      try {
        await notify('notifications/cancelled', { requestId: id, reason });
      } catch {
        // Then the connection is going, and with it the request.
      }
    },
    violation,
    close() {
      closing ??= shut();
      return closing;
    },
    release() {
      transport.onmessage = transport.onerror = transport.onclose = undefined;
      const { start } = transport;
      transport.start = async () => {
        transport.start = start;
      };
      end({});
    },
  };
}

function closedError(delivery: Delivery, why: SessionClosed): ProtocolError {
  const { code, reason, error, redial, retryAfterMs } = why;
  const message = ['the session has ended', code, reason].filter(Boolean).join(': ');
  // Where dialling again makes no sense, trying again makes none.
  const retryable = redial === false ? false : undefined;
  const told = { delivery, retryAfterMs, retryable, closeCode: code };
  return new ProtocolError('SESSION_CLOSED', message, told, error ?? why);
}
