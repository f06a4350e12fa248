import type { ConsumedEvent } from '../src/index.js';

type Sparse<E> = E extends { readonly type: infer T } ? { readonly type: T } & Partial<E> : never;

/** An event as it may arrive: only its type is certain. */
export type SparseEvent = Sparse<ConsumedEvent> & { readonly itemId?: number };
