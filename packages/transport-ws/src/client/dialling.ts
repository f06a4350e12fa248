import { isTransportError } from '../errors.js';
import type { Socket, SocketEvents } from '../socket.js';
import { unlessAborted } from './abort.js';
import { dialTimedOut } from './dial-errors.js';
import type { ClientSettings } from './options.js';
import type { Runtime } from './runtime.js';
import { readUrl } from './url.js';
import { askGuard, type Verdict } from './verdict.js';

/** A connection to be made. */
export interface Dialling {
  /** As the user wrote it: a guard decides on that. */
  readonly url: string;
  readonly settings: ClientSettings;
  readonly runtime: Runtime;
  /** Receives what the open socket has to say. */
  readonly events: SocketEvents;
  /** Called synchronously when the connection opens. */
  onOpen(socket: Socket, subprotocol: string): void;
}

/**
 * Makes the connection, within the handshake's time and as long as nobody calls it off.
 * @param abort - whoever else may call it off
 * @throws ConnectionError if it cannot be made
 * @throws whatever the guard throws, or the reason of the abort
 */
export async function dialWithin(dialling: Dialling, abort: AbortController): Promise<void> {
  const { clock, handshakeTimeoutMs, signal } = dialling.settings;
  const timer = clock.setTimeout(
    () => abort.abort(dialTimedOut(readUrl(dialling.url), handshakeTimeoutMs)),
    handshakeTimeoutMs,
  );
  const onSignal = (): void => abort.abort(signal?.reason);
  signal?.addEventListener('abort', onSignal, { once: true });
  if (signal?.aborted) onSignal();
  try {
    await dial(dialling, abort.signal);
  } finally {
    clock.clearTimeout(timer);
    signal?.removeEventListener('abort', onSignal);
  }
}

async function dial(dialling: Dialling, signal: AbortSignal): Promise<void> {
  const { guard, subprotocols, subprotocolFallback } = dialling.settings;
  signal.throwIfAborted();
  const verdict: Verdict =
    guard === undefined
      ? { url: readUrl(dialling.url) }
      : await unlessAborted(signal, askGuard(guard, dialling.url, signal));
  try {
    await open(dialling, verdict, subprotocols, signal);
  } catch (error) {
    const again = subprotocolFallback && subprotocols.length > 0;
    if (!again || !isTransportError(error) || error.code !== 'SUBPROTOCOL') throw error;
    await open(dialling, verdict, [], signal);
  }
}

function open(
  { settings, runtime, events, onOpen }: Dialling,
  { url, addresses }: Verdict,
  subprotocols: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  // It may have been called off between two steps, when nobody was listening.
  signal.throwIfAborted();
  return runtime.dial({ url, subprotocols, addresses, signal, settings, events, onOpen });
}
