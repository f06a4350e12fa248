export type BenchErrorCode = 'USAGE' | 'DEFINITION' | 'WORKER' | 'INTERRUPTED';

/** What the harness refuses or could not finish; its message is all that a user needs to see. */
export class BenchError extends Error {
  override readonly name = 'BenchError';
  readonly code: BenchErrorCode;

  constructor(code: BenchErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
