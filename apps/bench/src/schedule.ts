export interface Turn {
  readonly variant: string;
  /** From 1; counted anew once the warm-up is over. */
  readonly round: number;
  readonly warmup: boolean;
}

/**
 * Who runs when: A B A B, never A A B B, so that whatever else the machine does
 * in one minute falls on all variants alike.
 */
export function* schedule(
  variants: readonly string[],
  { warmup, rounds }: { readonly warmup: number; readonly rounds: number },
): Generator<Turn> {
  for (let round = 1; round <= warmup + rounds; round += 1) {
    const warm = round <= warmup;
    for (const variant of variants) {
      yield { variant, round: warm ? round : round - warmup, warmup: warm };
    }
  }
}
