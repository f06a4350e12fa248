import type { AttributeValue } from './ports.js';

/** Callers without types hand over anything. A number that is not finite would not survive JSON. */
export function isAttributeValue(value: unknown): value is AttributeValue {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}
