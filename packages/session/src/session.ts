import { onAbort } from './abort.js';
import { call } from './call.js';
import { discoverServer, infoOf, versionOf } from './discovery.js';
import { ConfigError } from './errors.js';
import { codeOf, emitter } from './events.js';
import { openExchange } from './exchange.js';
import { listen } from './listening.js';
import { type SessionOptions, settle } from './options.js';
import type { Session, SessionInfo, Transport } from './ports.js';

/**
 * Starts the transport, finds out what the server speaks, and resolves with a session. The
 * transport belongs to the session from here on; if no session comes of it, it is closed, unless
 * the error says otherwise.
 *
 * @param transport - not started; its callbacks are replaced
 * @throws ConfigError for a wrong option; the transport is untouched then
 * @throws ProtocolError `LEGACY_SERVER` if the server wants the `initialize` handshake,
 * `UNSUPPORTED_VERSION` if there is no version in common, `SESSION_CLOSED` if it ends meanwhile
 * @throws the signal's reason; what the transport's `start` or `send` rejects with
 */
export async function createSession(
  transport: Transport,
  options: SessionOptions,
): Promise<Session> {
  const settings = settle(options);
  const { clock, discover, protocolVersions, signal } = settings;
  const adopted = discover && versionOf(discover, protocolVersions);
  if (discover && !adopted) {
    throw new ConfigError('discover', 'discover must name one of protocolVersions');
  }
  if (transport.hasPerRequestStream) {
    throw new ConfigError('transport', 'transport must be one channel, not a stream per request');
  }
  const startedAt = clock.now();
  const emit = emitter(settings);
  const exchange = openExchange(transport, settings, emit);
  exchange.speak(adopted ?? String(protocolVersions[0]));
  let info: SessionInfo;
  try {
    exchange.admit(signal);
    await new Promise<void>((resolve, reject) => {
      const unlisten = onAbort(signal, reject);
      void exchange.start().then(resolve, reject).finally(unlisten);
    });
    info = discover && adopted ? infoOf(discover, adopted) : await discoverServer(exchange);
  } catch (error) {
    if (Object(error).reusable) exchange.release();
    else void exchange.close();
    throw error;
  }
  const { protocolVersion } = info;
  exchange.speak(protocolVersion);
  transport.setProtocolVersion?.(protocolVersion);
  const openedAt = clock.now();
  emit?.({
    type: 'session.open',
    era: 'modern',
    protocolVersion,
    durationMs: openedAt - startedAt,
  });
  const { closed } = exchange;
  void closed.then(({ code: closeCode, reason, error }) => {
    const durationMs = clock.now() - openedAt;
    const about = { protocolVersion, durationMs, closeCode, reason, error: codeOf(error) };
    emit?.({ type: 'session.closed', ...about });
  });
  return {
    info,
    closed,
    request: (...request) => call(exchange, ...request),
    listen: (...subscription) => listen(exchange, ...subscription),
    async notify(...notification) {
      exchange.admit();
      await exchange.notify(...notification);
    },
    close: exchange.close,
  };
}
