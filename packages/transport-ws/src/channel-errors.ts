import { TransportError } from './errors.js';

// What a channel tells of messages that cannot be sent, or should not have come.

export function notOpen(wasOpen: boolean): TransportError {
  return wasOpen
    ? new TransportError('CLOSED', 'the connection is closed, or closing', { delivery: 'not-sent' })
    : new TransportError('NOT_OPEN', 'the connection is not open', { delivery: 'not-sent' });
}

export function notJson(cause: unknown): TransportError {
  return new TransportError('INVALID_MESSAGE', 'the message cannot be written as JSON', {
    cause,
    delivery: 'not-sent',
    retryable: false,
  });
}

export function tooBig(bytes: number, limit: number): TransportError {
  return new TransportError(
    'MESSAGE_TOO_BIG',
    `the message has ${bytes} bytes, maxMessageBytes is ${limit}`,
    { delivery: 'not-sent', retryable: false },
  );
}

export function backPressure(buffered: number, limit: number): TransportError {
  return new TransportError(
    'BACK_PRESSURE',
    `${buffered} bytes wait to be sent, maxBufferedBytes is ${limit}`,
    { delivery: 'not-sent' },
  );
}

export function receivedTooBig(limit: number, cause?: Error): TransportError {
  return new TransportError(
    'MESSAGE_TOO_BIG',
    `the peer sent a message of more than maxMessageBytes (${limit})`,
    { retryable: false, ...(cause && { cause }) },
  );
}

export const receivedBinary = (): TransportError =>
  new TransportError('INVALID_MESSAGE', 'the peer sent a binary frame');

export const protocolBroken = (cause: Error): TransportError =>
  new TransportError('INVALID_MESSAGE', `the peer broke the protocol: ${cause.message}`, { cause });
