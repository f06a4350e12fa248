/** What an attribute says when it must not say more: OpenTelemetry's word for it. */
export const OTHER = '_OTHER';

// Tool names, methods, codes. Not sentences or URLs, which may quote data.
const IDENTIFIER = /^(?!.*\/\/)[\w.:/$-]{1,128}$/;

/** The value as an attribute may say it: an identifier, `_OTHER`, or `undefined` for nothing. */
export function identifier(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const word = typeof value === 'number' ? `${value}` : value;
  return typeof word === 'string' && IDENTIFIER.test(word) ? word : OTHER;
}

/** The first so many words of one kind; anything else is `_OTHER`. Keeps attributes few. */
export class Vocabulary {
  readonly #max: number;
  readonly #words = new Set<string>();

  constructor(max: number) {
    this.#max = max;
  }

  /** The word for `value`; `undefined` for nothing. */
  pick(value: unknown): string | undefined {
    if (typeof value === 'string' && this.#words.has(value)) return value;
    const word = identifier(value);
    return word === undefined ? undefined : this.admit(word);
  }

  /** The word itself, which is known to be fit, while there is room. */
  admit(word: string): string {
    if (this.#words.has(word)) return word;
    if (this.#words.size >= this.#max) return OTHER;
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
