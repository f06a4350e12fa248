import type { JsonRpcId, JsonRpcMessage } from './ports.js';

/** JSON-RPC 2.0, section 5.1. */
const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;

/** A text frame that is not one JSON-RPC message; carries what an answer to it would say. */
export class MalformedMessage extends Error {
  readonly rpcCode: number;
  readonly id: JsonRpcId | null;
  /** Whether it was meant as an answer, whatever else is wrong with it; answers are not answered. */
  readonly isResponse: boolean;

  constructor(rpcCode: number, message: string, id: JsonRpcId | null = null, isResponse = false) {
    super(message);
    this.rpcCode = rpcCode;
    this.id = id;
    this.isResponse = isResponse;
  }
}

/**
 * Reads one text frame. Only the envelope is checked: what is inside belongs to the protocol layer,
 * and unknown members stay as they came.
 * @throws MalformedMessage
 */
export function parseMessage(text: string): JsonRpcMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the input, which may hold secrets.
    throw new MalformedMessage(PARSE_ERROR, 'Parse error: the frame is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const what = Array.isArray(value) ? 'an array (batches are not supported)' : 'no object';
    throw new MalformedMessage(INVALID_REQUEST, `Invalid request: the frame is ${what}`);
  }
  const fault = envelopeFault(value as Record<string, unknown>);
  if (fault !== undefined) {
    const { id, method, result, error } = value as Record<string, unknown>;
    const isResponse = method === undefined && (result !== undefined || error !== undefined);
    throw new MalformedMessage(
      INVALID_REQUEST,
      `Invalid request: ${fault}`,
      isId(id) ? id : null,
      isResponse,
    );
  }
  return value as JsonRpcMessage;
}

function envelopeFault(value: Record<string, unknown>): string | undefined {
  if (value.jsonrpc !== '2.0') return 'member "jsonrpc" must be "2.0"';
  const { id } = value;
  if (value.method !== undefined) {
    if (typeof value.method !== 'string') return 'member "method" must be a string';
    return id === undefined || isId(id) ? undefined : 'member "id" must be a string or a number';
  }
  if (value.result !== undefined) return isId(id) ? undefined : 'a result needs an "id"';
  if (typeof value.error === 'object' && value.error !== null) return undefined;
  return 'neither a request, nor a notification, nor a response';
}

const isId = (id: unknown): id is JsonRpcId => typeof id === 'string' || typeof id === 'number';

/** A call without an id expects no answer. */
export const isNotification = (message: JsonRpcMessage): boolean =>
  'method' in message && message.id === undefined;
