/**
 * The small interfaces at which this package meets the rest of the world. All are structural: the
 * official SDK (v1 and v2) satisfies the message types, `@x/url-guard` the guard, and any function
 * is an observer.
 */

/** An id of a JSON-RPC request. */
export type JsonRpcId = string | number;

/** One JSON-RPC 2.0 message: a request, a notification, or a response. */
export type JsonRpcMessage = JsonRpcCall | JsonRpcResult | JsonRpcFailure;

/** A request when it has an `id`, else a notification. */
export interface JsonRpcCall {
  jsonrpc: '2.0';
  // `undefined` is said, so that the SDK's messages fit under `exactOptionalPropertyTypes` too.
  id?: JsonRpcId | undefined;
  method: string;
  params?: { [key: string]: unknown } | undefined;
}

export interface JsonRpcResult {
  jsonrpc: '2.0';
  id: JsonRpcId;
  result: { [key: string]: unknown };
}

export interface JsonRpcFailure {
  jsonrpc: '2.0';
  id?: JsonRpcId | null | undefined;
  error: { code: number; message: string; data?: unknown };
}

/** Decides which URL, and which addresses behind its name, may be dialled. */
export interface UrlGuard {
  /**
   * Resolves with the URL to dial and, where names could be resolved, the only addresses that may
   * be connected to. Rejects to refuse.
   */
  check(
    url: string,
    options: { signal?: AbortSignal },
  ): Promise<{ url: string | URL; addresses?: readonly string[] }>;
}

/** Receives events; an observer that throws breaks nothing. */
export type Observer<Event> = (event: Event) => void;

/** Time, so that tests need not wait for it. */
export interface Clock {
  /** Milliseconds on a clock that never runs backwards. */
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** Chance: a number from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;
