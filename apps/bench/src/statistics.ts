export interface Summary {
  readonly median: number;
  /** Median absolute deviation from the median: half of the values lie within it. */
  readonly deviation: number;
  readonly min: number;
  readonly max: number;
}

/** The middle value, or the mean of the two middle ones; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export function summarize(values: readonly number[]): Summary {
  const middle = median(values);
  return {
    median: middle,
    deviation: median(values.map((value) => Math.abs(value - middle))),
    min: Math.min(...values),
    max: Math.max(...values),
  };
}
