import type { Client } from '@modelcontextprotocol/client';
import { checkOptions, clockRule, count, deadline, type Rule } from '../check.js';
import { MAX_TIMER_MS, systemClock } from '../clock.js';
import type { Clock, JsonObject, SessionInfo, SessionMaker, ViolationKind } from '../ports.js';
import { type Negotiation, negotiate } from './negotiate.js';
import { SdkSession, timer } from './session.js';

export interface SdkSessionOptions {
  /**
   * How long a server may take to say which era it speaks before it is taken for an old one, ms;
   * at least 1.
   * @default 2_000
   */
  readonly probeTimeoutMs?: number;
  /**
   * Deadline of a request that brings none, `initialize` included, ms. 0 or Infinity: none.
   * @default 60_000
   */
  readonly timeoutMs?: number;
  /**
   * How long a handler (elicitation, sampling, roots) may take, ms. 0 or Infinity: no limit. It does
   * not count to the deadline of the request that it is for.
   * @default 300_000
   */
  readonly handlerTimeoutMs?: number;
  /**
   * How often a server may ask for input within one request (2026-07-28).
   * @default 10
   */
  readonly maxInputRounds?: number;
  readonly clock?: Clock;
}

/**
 * Sessions on the official SDK's `Client`, for both eras.
 *
 * @throws ConfigError if an option is wrong or unknown
 */
export function sdkSession(options: SdkSessionOptions = {}): SessionMaker {
  checkOptions('sdkSession', options, {
    probeTimeoutMs: probing,
    timeoutMs: deadline,
    handlerTimeoutMs: deadline,
    maxInputRounds: count(1),
    clock: clockRule,
  });
  const setup: Negotiation = {
    probeTimeoutMs: options.probeTimeoutMs ?? 2_000,
    timeoutMs: timer(options.timeoutMs ?? 60_000),
    handlerTimeoutMs: options.handlerTimeoutMs ?? 300_000,
    maxInputRounds: options.maxInputRounds ?? 10,
    clock: options.clock ?? systemClock,
  };
  return async (context) => {
    const { client, link, verdict } = await negotiate(context, setup);
    const discover = verdict.kind === 'modern' ? verdict.discover : undefined;
    client.onerror = (error) => context.onViolation?.(kindOf(error));
    return new SdkSession(client, link, infoOf(client, discover), setup, context);
  };
}

const probing: Rule = [
  `a number of milliseconds from 1 to ${MAX_TIMER_MS}`,
  (value) => typeof value === 'number' && value >= 1 && value <= MAX_TIMER_MS,
];

function infoOf(client: Client, discover: JsonObject | undefined): SessionInfo {
  return {
    era: discover === undefined ? 'legacy' : 'modern',
    protocolVersion: client.getNegotiatedProtocolVersion() ?? '',
    server: client.getServerVersion(),
    capabilities: { ...client.getServerCapabilities() },
    instructions: client.getInstructions(),
    discover,
  };
}

// The SDK has one channel for all that goes wrong, and tells it in words only.
const KINDS: readonly (readonly [beginning: string, kind: ViolationKind])[] = [
  ['Received a response for an unknown', 'unknown-id'],
  ['Received a progress notification for an unknown', 'unknown-id'],
  ['Unknown message type', 'malformed'],
  ['Dropped inbound request', 'request'],
  ['Uncaught error in notification handler', 'malformed'],
];

function kindOf({ message }: Error): ViolationKind {
  return KINDS.find(([beginning]) => message.startsWith(beginning))?.[1] ?? 'transport';
}
