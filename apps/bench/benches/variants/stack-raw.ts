import type { VariantContext } from '../../src/define.js';
import { rawCalls } from './raw-calls.js';
import { clientInfo } from './stack-loop.js';

/** The same messages as the whole stack's. */
export default (context: VariantContext) =>
  rawCalls(context, { name: 'echo', arguments: {} }, clientInfo);
