/** Is told what goes wrong outside any one request. */
export type OnError = (error: Error) => void;

/** Tells somebody who may throw; that is then their own loss. */
export function report(onerror: OnError | undefined, fault: unknown): void {
  try {
    onerror?.(fault instanceof Error ? fault : new Error(String(fault)));
  } catch {
    // There is nobody left to tell.
  }
}
