/** What a histogram knows of its values. */
export interface Distribution {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  /** Counts per bucket, one more than there are bounds. */
  readonly buckets: readonly number[];
}

/**
 * The value below which a share `q` of the values lies, by linear interpolation within its bucket.
 * Never outside [min, max], which are exact. `null` without values.
 */
export function quantile(
  q: number,
  bounds: readonly number[],
  { count, min, max, buckets }: Distribution,
): number | null {
  if (count === 0) return null;
  const rank = q * count;
  let below = 0;
  for (let i = 0; i < buckets.length; i++) {
    const inside = buckets[i] ?? 0;
    if (inside > 0 && below + inside >= rank) {
      const lower = Math.max(bounds[i - 1] ?? min, min);
      const upper = Math.min(bounds[i] ?? max, max);
      return lower + (upper - lower) * ((rank - below) / inside);
    }
    below += inside;
  }
  return max;
}

/** The first bucket whose upper bound is not below `n`; `bounds.length` for the last. */
export function bucketOf(n: number, bounds: readonly number[]): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (n <= (bounds[middle] ?? Number.POSITIVE_INFINITY)) high = middle;
    else low = middle + 1;
  }
  return low;
}
