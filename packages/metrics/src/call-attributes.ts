import type { Location } from './endpoint-label.js';
import type { Attributes } from './ports.js';
import { OTHER } from './vocabulary.js';

/** How a call ended, as words that are fit for attributes. */
export interface CallEnd {
  readonly outcome: unknown;
  readonly errorCode: string | undefined;
  readonly rpcCode: string | undefined;
}

/** What a request names, as words that are fit for attributes. */
export interface RequestNames {
  readonly method: string;
  readonly tool: string | undefined;
  readonly prompt: string | undefined;
  readonly protocolVersion: string | undefined;
}

/**
 * What a request names and where it goes, after OpenTelemetry's MCP conventions
 * (https://github.com/open-telemetry/semantic-conventions-genai, docs/gen-ai/mcp.md).
 */
export function requestAttributes(
  { method, tool, prompt, protocolVersion }: RequestNames,
  endpoint: Location | undefined,
): Attributes {
  return {
    'mcp.method.name': method,
    'gen_ai.tool.name': tool,
    'gen_ai.operation.name': method === 'tools/call' ? 'execute_tool' : undefined,
    'gen_ai.prompt.name': prompt,
    ...sessionAttributes(endpoint, protocolVersion),
  };
}

/** Where a session goes and over what. */
export function sessionAttributes(
  endpoint: Location | undefined,
  protocolVersion: string | undefined,
): Attributes {
  const protocol = protocolOf(endpoint?.scheme);
  return {
    'mcp.protocol.version': protocolVersion,
    'network.transport': protocol && 'tcp',
    'network.protocol.name': protocol,
    'server.address': endpoint?.address,
    'server.port': endpoint?.port,
  };
}

/**
 * `error.type`: a JSON-RPC code, `tool_error` for a result with `isError`, `aborted` for the
 * caller's own abort, `timeout`, or the error's code. `undefined` for a success.
 */
export function errorTypeOf({ outcome, errorCode, rpcCode }: CallEnd): string | undefined {
  if (outcome === 'tool_error' || outcome === 'aborted') return outcome;
  if (rpcCode !== undefined) return rpcCode;
  if (errorCode !== undefined) return errorCode === 'TIMEOUT' ? 'timeout' : errorCode;
  return outcome === 'error' ? OTHER : undefined;
}

/** Over TCP both; `undefined` for what is neither. */
function protocolOf(scheme: string | undefined): string | undefined {
  if (scheme === undefined || /^wss?$/.test(scheme)) return 'websocket';
  return /^https?$/.test(scheme) ? 'http' : undefined;
}
