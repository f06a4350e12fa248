import type { UnsafeUrlReason } from './reasons.js';

/** Every `code` that an error of this package carries. */
export type UrlGuardErrorCode = 'UNSAFE_URL' | 'CONFIG';

// Brands, not classes, say what an error is: ESM and CJS copies of the package must agree.
const brandOf = (name: string) => Symbol.for(`@x/url-guard/${name}`);

const hasBrand = (value: unknown, name: string) =>
  typeof value === 'object' && value !== null && Reflect.get(value, brandOf(name)) === true;

function brand(type: { readonly prototype: Error }, name: string): void {
  Object.assign(type.prototype, { name, [brandOf(name)]: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    value: (value: unknown) => hasBrand(value, name),
  });
}

/** The guard refuses: nothing was dialled. */
export class UnsafeUrlError extends Error {
  readonly code = 'UNSAFE_URL';
  readonly delivery = 'not-sent';
  /** Only a name that did not resolve may do so at the next try. Every other verdict stands. */
  readonly retryable: boolean;
  readonly reason: UnsafeUrlReason;
  /** What was refused: scheme, host and port. Credentials, path and query are never in here. */
  readonly target: string;
  /** The address at fault, where the name itself was fine. */
  declare readonly address?: string;

  constructor(
    reason: UnsafeUrlReason,
    target: string,
    { address, cause }: { readonly address?: string; readonly cause?: unknown } = {},
  ) {
    const found = address === undefined ? '' : `, ${address}`;
    super(`${target} is refused: ${reason}${found}`, cause === undefined ? undefined : { cause });
    this.retryable = reason === 'unresolvable';
    this.reason = reason;
    this.target = target;
    if (address !== undefined) this.address = address;
  }
}
brand(UnsafeUrlError, 'UnsafeUrlError');

/** An option is unknown or wrong. Thrown when the guard is built. */
export class ConfigError extends Error {
  readonly code = 'CONFIG';
  readonly retryable = false;
  /** The option's name. */
  readonly option: string;

  constructor(option: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.option = option;
  }
}
brand(ConfigError, 'ConfigError');

/** The error for one entry of a list; `right` is how to spell it. */
export function wrongEntry(option: string, entry: string, right: string): ConfigError {
  return new ConfigError(option, `${option}: ${show(entry)} is no such entry, write ${right}`);
}

/** A value for a message. What holds an `@` may be a URL by mistake, and its credentials stay out. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show)}]`;
  if (typeof value === 'string') {
    return value.includes('@') ? '"***"' : JSON.stringify(value.slice(0, 100));
  }
  return Object(value) === value ? `a value of type ${typeof value}` : String(value);
}

/** Whether `value` is an {@link UnsafeUrlError}, of this or another copy of the package. */
export function isUnsafeUrlError(value: unknown): value is UnsafeUrlError {
  return hasBrand(value, 'UnsafeUrlError');
}

/** Whether `value` is a {@link ConfigError} of this package, whichever copy of it. */
export function isConfigError(value: unknown): value is ConfigError {
  return hasBrand(value, 'ConfigError');
}
