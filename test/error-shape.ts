import { expect } from 'vitest';

export interface ErrorCase {
  /** The package's name, "@x/pool". */
  readonly package: string;
  /** An instance of the class under test. */
  readonly error: unknown;
  /** The pinned class name. */
  readonly name: string;
  /** The class itself and its type guard. */
  readonly type: abstract new (
    ...args: never[]
  ) => Error;
  readonly guard: (value: unknown) => boolean;
}

/**
 * What every error of every package keeps to: a real Error with a closed `code`, recognised across
 * copies of the package (ESM beside CJS, two versions in one tree) by its `Symbol.for` brand.
 */
export function expectErrorShape({ package: pkg, error, name, type, guard }: ErrorCase): void {
  expect(error).toBeInstanceOf(Error);
  expect(error).toBeInstanceOf(type);
  const shaped = error as Error & Record<string | symbol, unknown>;
  expect(shaped.name).toBe(name);
  expect(shaped.code).toMatch(/^[A-Z][A-Z0-9_]*$/);
  if (shaped.delivery !== undefined) {
    expect(['not-sent', 'unknown', 'answered']).toContain(shaped.delivery);
  }
  if (shaped.retryable !== undefined) expect(shaped.retryable).toBeTypeOf('boolean');
  if (shaped.retryAfterMs !== undefined) expect(shaped.retryAfterMs).toBeTypeOf('number');

  const brand = Symbol.for(`${pkg}/${name}`);
  expect(shaped[brand]).toBe(true);
  expect(guard(error)).toBe(true);
  // Another copy of the package has another class, but the same brand.
  const foreign = Object.assign(new Error('from another copy'), { [brand]: true });
  expect(guard(foreign)).toBe(true);
  expect(foreign).toBeInstanceOf(type);
  for (const other of [undefined, null, 'text', {}, new Error('plain')]) {
    expect(guard(other)).toBe(false);
  }
}
