import type { PerMessageDeflateOptions } from 'ws';
import type { CompressionOptions } from '../compression.js';

/** Below this, deflate costs more than it saves. */
const THRESHOLD_BYTES = 1024;

/** permessage-deflate for `ws`, frugal unless told otherwise. Inflation is bounded by `maxPayload`. */
export function deflateOptions(
  compression: boolean | CompressionOptions,
): false | PerMessageDeflateOptions {
  if (compression === false) return false;
  const { thresholdBytes = THRESHOLD_BYTES, contextTakeover = false } =
    compression === true ? {} : compression;
  return {
    threshold: thresholdBytes,
    // To `ws`, `false` means to refuse what the peer asks for; what is absent leaves it the choice.
    ...(!contextTakeover && { clientNoContextTakeover: true, serverNoContextTakeover: true }),
  };
}
