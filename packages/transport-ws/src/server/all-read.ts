import type { AcceptedSocket } from './accepted-socket.js';

/** Tells our ping's pong from one of the heartbeat. */
const MARK = 'all read';

/**
 * Resolves when the client has read all that was sent to it by now: it answers pings in their place
 * in the stream (RFC 6455, section 5.5.3). What the kernel has taken may be megabytes from there.
 */
export function allRead(socket: AcceptedSocket): Promise<void> {
  return new Promise((resolve) => {
    const onPong = (payload: Uint8Array): void => {
      if (String(payload) !== MARK) return;
      socket.off('pong', onPong);
      resolve();
    };
    socket.on('pong', onPong);
    socket.ping(MARK);
  });
}
