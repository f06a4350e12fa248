import type { Liveness, LivenessHost, LivenessOptions } from './liveness.js';

/**
 * What the transports need of a WebSocket, whichever runtime it comes from. Callbacks arrive in
 * order; after `onClose` there is none.
 */
export interface Socket {
  /** Whether a message can still be sent: neither side has begun to close. */
  readonly open: boolean;
  /** Bytes that were accepted and not yet handed to the kernel. */
  readonly bufferedAmount: number;
  /** Grows with every byte, or at least with every frame, that came in: the sign of life. */
  readonly bytesRead: number;
  /** Changes when the kernel takes some of what waits: the peer reads. */
  readonly bytesTaken: number;
  send(text: string): void;
  /** Watches the peer by pings. Absent where the runtime cannot ping (browsers). */
  watch?(options: LivenessOptions, host: LivenessHost): Liveness;
  /** Starts the closing handshake; to `terminate` what does not end is the caller's business. */
  close(code: number, reason: string): void;
  /** Drops the connection without a handshake. */
  terminate(): void;
  /** UTF-8 length of a text. */
  byteLength(text: string): number;
}

export interface SocketEvents {
  /** `bytes` is the payload's size, where the runtime knows it without counting. */
  onMessage(text: string, bytes: number | undefined): void;
  onBinary(): void;
  onPong(): void;
  /** The peer broke the protocol or a limit; `code` says how, and the socket is closing. */
  onViolation(code: number, error: Error): void;
  onClose(code: number, reason: string): void;
}
