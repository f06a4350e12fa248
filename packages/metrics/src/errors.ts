/** What the `code` of this package's errors can be. */
export type MetricsErrorCode = 'CONFIG';

const CONFIG_ERROR = Symbol.for('@x/metrics/ConfigError');

/** An option, a metric's name or a registration that cannot work; thrown when it is built, never later. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code: MetricsErrorCode = 'CONFIG';
  readonly retryable = false;
  readonly [CONFIG_ERROR] = true;
  /** The option that is wrong. */
  readonly option: string;

  constructor(option: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.option = option;
  }

  /** True for a `ConfigError` of any copy of this package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isConfigError(value);
  }
}

/** True for a `ConfigError` of any copy of this package. */
export function isConfigError(value: unknown): value is ConfigError {
  return typeof value === 'object' && value !== null && CONFIG_ERROR in value;
}

/** `option must be <right>, got <value>`; strings are quoted and clipped. */
export function wrong(option: string, right: string, value: unknown): ConfigError {
  const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : shownType(value);
  return new ConfigError(option, `${option} must be ${right}, got ${shown}`);
}

function shownType(value: unknown): string {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return `${value}`;
  return Array.isArray(value) ? `[${value.slice(0, 8).map(shownType).join(', ')}]` : typeof value;
}

/** Throws for what has no keys. */
export function requireObject(option: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw wrong(option, 'an object', value);
}

/** Throws for options that are none, and for the first key that is not `known`. */
export function refuseUnknownKeys(where: string, options: object, known: readonly string[]): void {
  requireObject('options', options);
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    throw new ConfigError(key, `${where} has no option ${key}; it has ${known.join(', ')}`);
  }
}
