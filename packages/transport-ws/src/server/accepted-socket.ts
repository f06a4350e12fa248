import { ConfigError, TransportError } from '../errors.js';

/** The part of an accepted `ws` socket that is needed. */
export interface AcceptedSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
  ping(data?: string): void;
  pause(): void;
  resume(): void;
  on(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
}

/** WHATWG HTML, `WebSocket.OPEN`. */
const OPEN = 1;

/**
 * @throws ConfigError if it is no such socket
 * @throws TransportError `CLOSED` if it is no longer open
 */
export function checkSocket(socket: AcceptedSocket): void {
  if (typeof socket?.pause !== 'function' || typeof socket.on !== 'function') {
    throw new ConfigError('socket', 'socket must be an open WebSocket of the ws package');
  }
  // Its close event may be over, and then nothing would ever end its transport.
  if (socket.readyState !== OPEN) {
    throw new TransportError('CLOSED', 'the socket is not open', { delivery: 'not-sent' });
  }
}
