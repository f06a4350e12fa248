import { boolean, checkOptions, object, oneOf, positiveBytes, type Rule } from './check.js';

/** permessage-deflate (RFC 7692). */
export interface CompressionOptions {
  /** Messages below this are sent as they are. @default 1024 */
  readonly thresholdBytes?: number;
  /** Keep the compression window between messages: smaller, for some 300 KiB a connection. @default false */
  readonly contextTakeover?: boolean;
}

export const compressionRule: Rule = oneOf(boolean, object);

const rules: Record<keyof CompressionOptions, Rule> = {
  thresholdBytes: positiveBytes,
  contextTakeover: boolean,
};

/** @throws ConfigError */
export function checkCompression(compression: boolean | CompressionOptions | undefined): void {
  if (typeof compression === 'object') checkOptions(compression, rules);
}
