import { INVALID_REQUEST } from '../message.js';
import type { JsonRpcFailure, JsonRpcId } from '../ports.js';

// What the transport answers in the server's place.

/** JSON-RPC 2.0, section 5.1. */
const INTERNAL_ERROR = -32603;

/** Of JSON-RPC's range for servers: the request was not run, another server may take it. */
const UNAVAILABLE = -32010;

export function unavailable(
  id: JsonRpcId,
  reason: 'draining' | 'overloaded',
  retryAfterMs: number,
): JsonRpcFailure {
  return failure(id, UNAVAILABLE, `The server is ${reason}; nothing was run`, {
    reason,
    retryAfterMs,
  });
}

/** Without the id: with it, this would be taken for the answer to the request that is running. */
export const duplicateId = (): JsonRpcFailure =>
  failure(null, INVALID_REQUEST, 'Invalid request: this id is in flight already');

/** Its answer cannot be sent, and silence would let the caller wait until its deadline. */
export const unsendable = (id: JsonRpcId, error: Error): JsonRpcFailure =>
  failure(id, INTERNAL_ERROR, `Internal error: ${error.message}`);

/** Whoever was to take it has thrown; what was thrown is not the caller's to know. */
export const notTaken = (id: JsonRpcId): JsonRpcFailure =>
  failure(id, INTERNAL_ERROR, 'Internal error');

export function failure(
  id: JsonRpcId | null,
  code: number,
  message: string,
  data?: object,
): JsonRpcFailure {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data !== undefined && { data }) } };
}
