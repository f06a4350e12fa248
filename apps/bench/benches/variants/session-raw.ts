import type { VariantContext } from '../../src/define.js';
import { rawCalls } from './raw-calls.js';
import { clientInfo, tool } from './session-wire.js';

/** The same messages as a session's. */
export default (context: VariantContext) => rawCalls(context, tool, clientInfo);
