import type { ClientRequestArgs } from 'node:http';
import type { buildConnector } from 'undici';
import { expectTypeOf, it } from 'vitest';
import type { UrlGuard as BrowserGuard } from '../src/browser.js';
import type { ProxiedUrl, UnsafeUrlReason, UrlGuard, Verdict } from '../src/index.js';

/** What a transport asks of a guard. */
interface Port {
  check(
    url: string,
    options: { signal?: AbortSignal },
  ): Promise<{ url: string | URL; addresses?: readonly string[] }>;
}

it('a guard is what a transport asks for, in Node, behind a proxy and in a page', () => {
  expectTypeOf<UrlGuard>().toExtend<Port>();
  expectTypeOf<UrlGuard<ProxiedUrl>>().toExtend<Port>();
  expectTypeOf<BrowserGuard>().toExtend<Port>();
});

it('a guard of a page promises no addresses, and has nothing that dials', () => {
  expectTypeOf<BrowserGuard['check']>().returns.resolves.toEqualTypeOf<{ url: string }>();
  expectTypeOf<keyof BrowserGuard>().toEqualTypeOf<'inspect' | 'check'>();
});

it('connect fits Node and undici, fetch fits the platform', () => {
  expectTypeOf<UrlGuard['connect']>().toExtend<ClientRequestArgs['createConnection']>();
  expectTypeOf<UrlGuard['connect']>().toExtend<buildConnector.connector>();
  expectTypeOf<UrlGuard['fetch']>().toEqualTypeOf<typeof globalThis.fetch>();
});

it('a verdict that refuses has a reason', () => {
  expectTypeOf<Extract<Verdict, { allowed: false }>['reason']>().toEqualTypeOf<UnsafeUrlReason>();
});
