/** What an attribute says when it must not say more: OpenTelemetry's word for it. */
export const OTHER = '_OTHER';

// Identifiers: tool names, methods, codes. Not sentences, which may quote data, and not tokens.
const IDENTIFIER = /^[\w.:/$-]{1,64}$/;

/** The first so many words of one kind; anything else is `_OTHER`. Keeps attributes few. */
export class Vocabulary {
  readonly #max: number;
  readonly #pattern: RegExp;
  readonly #words = new Set<string>();

  constructor(max: number, pattern: RegExp = IDENTIFIER) {
    this.#max = max;
    this.#pattern = pattern;
  }

  /** The word for `value`; `undefined` for nothing. */
  pick(value: unknown): string | undefined {
    if (value === undefined || value === null || value === '') return undefined;
    const word = typeof value === 'number' ? `${value}` : value;
    if (typeof word !== 'string') return OTHER;
    if (this.#words.has(word)) return word;
    if (this.#words.size >= this.#max || !this.#pattern.test(word)) return OTHER;
    this.#words.add(word);
    return word;
  }
}

/** The short name of an error in an event: its code, else its name. */
export function faultName(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error;
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return code ?? name;
}

/** A count or a size of an event; `undefined` for what is neither. */
export function amount(n: unknown): number | undefined {
  return typeof n === 'number' && n >= 0 && n < Number.POSITIVE_INFINITY ? n : undefined;
}

/** Milliseconds of an event in seconds; `undefined` for what is no duration. */
export function seconds(ms: unknown): number | undefined {
  const duration = amount(ms);
  return duration === undefined ? undefined : duration / 1_000;
}
