/** Longer than any close reason (123 bytes), shorter than what floods a log. */
const MAX_LENGTH = 200;

/**
 * What somebody else wrote, as it may stand in a message or a log: on one line, without control
 * characters (escape sequences of terminals among them) or marks that change the direction of text.
 */
export function printable(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
  return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean;
}
