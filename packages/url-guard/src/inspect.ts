import { decideUrl } from './decide.js';
import { UnsafeUrlError } from './errors.js';
import type { Emit, GuardMethod } from './events.js';
import type { InspectOptions } from './options.js';
import type { Policy } from './policy.js';
import type { UnsafeUrlReason } from './reasons.js';
import { describeTarget, describeUnparsed, parseTarget, type Target } from './target.js';

/** What the guard says of a URL. With `reportOnly`, a URL may be allowed in spite of a reason. */
export type Verdict =
  | { readonly allowed: true; readonly reason?: UnsafeUrlReason }
  | { readonly allowed: false; readonly reason: UnsafeUrlReason };

/** Judges a URL by itself. Never throws, asks no DNS. */
export type Inspect = (url: string | URL, options?: InspectOptions) => Verdict;

/** A URL and what is to be said of it; without a target there is nothing that could be dialled. */
export type Examined =
  | { readonly target: Target; readonly reason: UnsafeUrlReason | undefined }
  | { readonly target: undefined; readonly reason: UnsafeUrlReason; readonly shown: string };

export function examine(policy: Policy, url: unknown, from: unknown): Examined {
  const raw = textOf(url);
  const base = from === undefined ? undefined : textOf(from);
  const target =
    raw === undefined || (base === undefined && from !== undefined)
      ? undefined
      : parseTarget(raw, base);
  if (target === undefined) {
    return { target, reason: 'unparsable', shown: describeUnparsed(raw ?? `(${typeof url})`) };
  }
  return { target, reason: decideUrl(policy, target) };
}

/** A URL as text. A URL object of another realm is one too; anything else is no URL. */
function textOf(url: unknown): string | undefined {
  if (typeof url === 'string') return url;
  try {
    const href: unknown = typeof url === 'object' && url !== null && Reflect.get(url, 'href');
    return typeof href === 'string' ? href : undefined;
  } catch {
    return undefined;
  }
}

const ALLOWED: Verdict = Object.freeze({ allowed: true });

export function inspector(policy: Policy, emit: Emit | undefined): Inspect {
  return (url, options) => {
    const examined = examine(policy, url, options?.from);
    const { target, reason } = examined;
    emit?.(decision('inspect', describe(examined), reason, policy));
    if (reason === undefined) return ALLOWED;
    return policy.reportOnly && target ? { allowed: true, reason } : { allowed: false, reason };
  };
}

export const describe = (examined: Examined): string =>
  examined.target ? describeTarget(examined.target) : examined.shown;

export function decision(
  method: GuardMethod,
  target: string,
  reason: UnsafeUrlReason | undefined,
  { reportOnly }: Policy,
  addresses?: readonly string[],
): Parameters<Emit>[0] {
  const about = addresses ? { method, target, addresses } : { method, target };
  return reason === undefined
    ? { type: 'guard.allowed', ...about }
    : { type: 'guard.denied', ...about, reason, reportOnly };
}

/** The URL of a browser's `check`: the verdict on the URL is all that there is. @throws UnsafeUrlError */
export function admit(
  policy: Policy,
  emit: Emit | undefined,
  url: string | URL,
  { from }: InspectOptions,
): string {
  const examined = examine(policy, url, from);
  const { target, reason } = examined;
  emit?.(decision('check', describe(examined), reason, policy));
  if (target !== undefined && (reason === undefined || policy.reportOnly)) return target.url.href;
  throw new UnsafeUrlError(reason ?? 'unparsable', describe(examined));
}
