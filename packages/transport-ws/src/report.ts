import { guarded } from './guarded.js';

/** Is told what goes wrong outside any one request. */
export type OnError = (error: Error) => void;

/** Tells somebody who may throw or reject; that is then their own loss. */
export function report(onerror: OnError | undefined, fault: unknown): void {
  guarded(
    () => onerror?.(fault instanceof Error ? fault : new Error(String(fault))),
    () => {},
  );
}
