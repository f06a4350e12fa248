import { decideUrl } from './decide.js';
import { UnsafeUrlError } from './errors.js';
import type { Emit, GuardMethod } from './events.js';
import type { InspectOptions } from './options.js';
import type { Policy } from './policy.js';
import type { UnsafeUrlReason } from './reasons.js';
import { describeTarget, parseTarget, type Target } from './target.js';

/** What the guard says of a URL. With `reportOnly`, a URL may be allowed in spite of a reason. */
export type Verdict =
  | { readonly allowed: true; readonly reason?: UnsafeUrlReason }
  | { readonly allowed: false; readonly reason: UnsafeUrlReason };

/** Judges a URL by itself. Never throws, asks no DNS. */
export type Inspect = (url: string | URL, options?: InspectOptions) => Verdict;

/** A URL and what is to be said of it; without a target there is nothing that could be dialled. */
export interface Examined {
  readonly url: unknown;
  readonly target: Target | undefined;
  readonly reason: UnsafeUrlReason | undefined;
}

export function examine(policy: Policy, url: unknown, from: unknown): Examined {
  const target = parseTarget(url, from);
  return { url, target, reason: target ? decideUrl(policy, target) : 'unparsable' };
}

/** What errors and events call a URL. */
export const nameOf = ({ url, target }: Examined): string => describeTarget(target, url);

/** What may be dialled, also by a guard that only reports: without a host there is nothing. */
const admitted = ({ reportOnly }: Policy, { target, reason }: Examined): Target | undefined =>
  !reason || (reportOnly && target?.host) ? target : undefined;

/** @returns what may be dialled. @throws UnsafeUrlError */
export function admit(policy: Policy, examined: Examined): Target {
  const target = admitted(policy, examined);
  if (target) return target;
  throw new UnsafeUrlError(examined.reason ?? 'unparsable', nameOf(examined));
}

/** Tells of a decision about a URL. Call it as `emit && report(...)`. */
export function report(
  emit: Emit,
  { reportOnly = false }: Policy,
  method: GuardMethod,
  target: string,
  reason: UnsafeUrlReason | undefined,
  addresses?: readonly string[],
): void {
  const about = addresses ? { method, target, addresses } : { method, target };
  emit(
    reason
      ? { type: 'guard.denied', ...about, reason, reportOnly }
      : { type: 'guard.allowed', ...about },
  );
}

export function inspector(policy: Policy, emit: Emit | undefined): Inspect {
  return (url, options) => {
    const examined = examine(policy, url, options?.from);
    const { reason } = examined;
    if (emit) report(emit, policy, 'inspect', nameOf(examined), reason);
    if (reason === undefined) return { allowed: true };
    return admitted(policy, examined) ? { allowed: true, reason } : { allowed: false, reason };
  };
}
