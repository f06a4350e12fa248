import type { Endpoint } from './endpoint-label.js';
import type { Meter } from './ports.js';
import type { Vocabulary } from './vocabulary.js';

/** What the recorders of all event families share. */
export interface Recording {
  readonly meter: Meter;
  readonly endpointOf: (raw: unknown) => Endpoint | undefined;
  /** What is made once for each label of an endpoint, found by the endpoint. */
  readonly perEndpoint: <T>(make: (label: string | undefined) => T) => (raw: unknown) => T;
  /** A bounded set of words, one for each attribute that a peer or a user fills. */
  readonly vocabulary: () => Vocabulary;
}

/** Seconds. The buckets that OpenTelemetry's MCP conventions ask for. */
export const OPERATION_BUCKETS: readonly number[] = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300,
];

/**
 * Seconds. The conventions ask for the buckets above here too, but what lives for hours then all
 * lies above 300 s (semantic-conventions-genai#314): they go on to 10 min, 30 min, 1 h, 4 h, 12 h,
 * 1 d and 7 d.
 */
export const SESSION_BUCKETS: readonly number[] = [
  ...OPERATION_BUCKETS,
  600,
  1_800,
  3_600,
  14_400,
  43_200,
  86_400,
  604_800,
];

/** Seconds, for what takes milliseconds when all is well. */
export const LATENCY_BUCKETS: readonly number[] = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30,
];

/** Bytes, up to the default limit of a message and beyond. */
export const SIZE_BUCKETS: readonly number[] = [
  64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216,
];
