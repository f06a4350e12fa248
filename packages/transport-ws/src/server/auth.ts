import type { IncomingMessage } from 'node:http';
import type { Rule } from '../check.js';

/** Who is calling, in the official SDK's shape (v1 and v2). */
export interface AuthInfo {
  token: string;
  clientId: string;
  scopes: string[];
  /** Seconds since 1970. The connection ends with 1008 when it has passed. */
  expiresAt?: number;
  resource?: URL;
  extra?: Record<string, unknown>;
}

/** Decides at the upgrade who is calling; a Response refuses, with its status, headers and text. */
export type Authenticate = (
  request: IncomingMessage,
) => AuthInfo | Response | Promise<AuthInfo | Response>;

/** Whether a token's time is over. */
export const hasExpired = (authInfo: AuthInfo): boolean =>
  authInfo.expiresAt !== undefined && authInfo.expiresAt * 1000 <= Date.now();

/** What is no such object must never pass for a permission. */
export function isAuthInfo(value: unknown): value is AuthInfo {
  if (typeof value !== 'object' || value === null) return false;
  const { token, clientId, scopes, expiresAt } = value as Partial<Record<keyof AuthInfo, unknown>>;
  return (
    typeof token === 'string' &&
    typeof clientId === 'string' &&
    Array.isArray(scopes) &&
    (expiresAt === undefined || (typeof expiresAt === 'number' && Number.isFinite(expiresAt)))
  );
}

export const authInfoRule: Rule = {
  expected:
    'an object with token, clientId, scopes and, where there is one, expiresAt in seconds since 1970',
  test: isAuthInfo,
};
