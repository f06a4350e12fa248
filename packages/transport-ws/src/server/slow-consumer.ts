import { TransportError } from '../errors.js';
import type { Deadlines } from './deadlines.js';
import type { ConnectionSettings } from './options.js';

/** What is needed of a connection to judge its client. */
export interface Consumer {
  readonly bufferedAmount: number;
  onTrouble(error: Error): void;
  close(code: number, reason: string): void;
}

type Limits = Pick<ConnectionSettings, 'maxBufferedBytes' | 'slowConsumerTimeoutMs'>;

/** A message found no room. Whoever waits for an answer that is lost must learn it now. */
export function overflowed(
  consumer: Consumer,
  somebodyWaits: boolean,
  deadlines: Deadlines,
  { maxBufferedBytes, slowConsumerTimeoutMs }: Limits,
): void {
  if (somebodyWaits) {
    closeSlow(consumer);
    return;
  }
  deadlines.set('slow', slowConsumerTimeoutMs, () => {
    // One that has read half of it since is only slow.
    if (consumer.bufferedAmount > maxBufferedBytes / 2) closeSlow(consumer);
  });
}

function closeSlow(consumer: Consumer): void {
  const unread = `the client left ${consumer.bufferedAmount} bytes unread`;
  consumer.onTrouble(new TransportError('BACK_PRESSURE', unread));
  consumer.close(1013, 'the client does not read');
}
