import vectors from './vectors/ssrf.json' with { type: 'json' };

/** One case of `vectors/ssrf.json`: a URL, the verdict, and the world that it is given in. */
export interface Vector {
  readonly id: string;
  readonly url: string;
  readonly expect: string;
  readonly why: string;
  readonly group: string;
  /** What the platform's URL parser reads; `null` if the URL does not parse. */
  readonly host: string | null;
  /** What the resolver answers, look-up by look-up. */
  readonly resolves?: readonly (readonly string[])[];
  /** The `Location` of each hop. */
  readonly redirects?: readonly string[];
  /** The options of the guard. */
  readonly policy?: object;
  /** The address that the socket must go to. */
  readonly connectTo?: string;
  /** A sensible guard might decide otherwise; ours decides so. */
  readonly choice?: boolean;
}

export const VECTORS: readonly Vector[] = vectors;
