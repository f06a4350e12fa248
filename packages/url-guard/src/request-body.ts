/** What is sent: at once, or as it comes. */
export type RequestBody = Uint8Array<ArrayBuffer> | AsyncIterable<Uint8Array> | null;

/** How much of a body of unknown origin is kept. */
const KEPT_BYTES = 1_048_576;

/**
 * A body that can be sent again is kept; a stream is not, and so cannot be redirected. What the body
 * of a given `Request` was made from cannot be told: it is a stream once it has grown large.
 */
export async function bodyOf(
  { body, signal }: Request,
  given: RequestInit['body'],
): Promise<RequestBody> {
  // The DOM's streams iterate in Node, but not to the type checker.
  if (body === null || isStream(given)) return body as AsyncIterable<Uint8Array> | null;
  const most = given == null ? KEPT_BYTES : Number.POSITIVE_INFINITY;
  signal.throwIfAborted();
  const reader = body.getReader();
  // Ends a read that waits.
  const cancel = () => void reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener('abort', cancel);
  try {
    const chunks: Uint8Array[] = [];
    for (let size = 0; size <= most; ) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return Buffer.concat(chunks);
      chunks.push(value);
      size += value.byteLength;
    }
    return resume(chunks, reader);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** Whether a body was given as a `ReadableStream` or another async iterable. */
const isStream = (given: unknown): boolean => Symbol.asyncIterator in Object(given);

async function* resume(
  chunks: readonly Uint8Array[],
  reader: ReadableStreamDefaultReader<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
