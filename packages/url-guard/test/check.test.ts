import { describe, expect, expectTypeOf, it } from 'vitest';
import { createUrlGuard as createBrowserGuard } from '../src/browser.js';
import {
  createUrlGuard,
  development,
  type GuardEvent,
  isUnsafeUrlError,
  type PinnedUrl,
  type ProxiedUrl,
  production,
  type UrlGuardOptions,
} from '../src/index.js';
import { FakeClock } from './fake-clock.js';

const PUBLIC = '93.184.216.34';

/** What becomes of a URL whose name resolves to these addresses. */
async function outcome(url: string, options: UrlGuardOptions = {}, addresses = [PUBLIC]) {
  try {
    return (await createUrlGuard({ resolve: () => addresses, ...options }).check(url)).addresses;
  } catch (error) {
    if (!isUnsafeUrlError(error)) throw error;
    return error.reason;
  }
}

describe('the rules', () => {
  it.each([
    // Each of them breaks its own rule and all that follow it here.
    ['unparsable', 'ftp://user:pw@a..b:x/\\#f', {}],
    ['scheme', 'ftp://user:pw@a..b:22/\\#f', {}],
    ['credentials', 'ws://user:pw@a..b\\:22/#f', {}],
    ['characters', 'ws://metadata..internal\\:22/#f', {}],
    ['port', 'ws://metadata..internal:22/#f', {}],
    ['empty-label', 'ws://metadata..internal/#f', {}],
    ['fragment', 'ws://metadata/#f', {}],
    ['denied', 'ws://metadata/', { denyHosts: ['metadata'] }],
    ['metadata', 'ws://metadata/', { allowHosts: [] }],
    ['not-allowed', 'ws://intranet/', { allowHosts: [], proxy: true }],
    ['proxy', 'ws://intranet/', { proxy: true }],
    ['reserved-name', 'ws://intranet/', { resolve: () => [] }],
    ['unresolvable', 'ws://name.test/', { resolve: () => [] }],
    ['mixed-answer', 'ws://name.test/', { resolve: () => ['::ffff:1.1.1.1', PUBLIC] }],
    ['embedded-ipv4', 'ws://name.test/', { resolve: () => ['::ffff:127.0.0.1'] }],
    ['loopback', 'ws://name.test/', { resolve: () => ['::1'] }],
    ['private', 'ws://name.test/', { resolve: () => ['fd00::1'] }],
    ['special-purpose', 'ws://name.test/', { resolve: () => ['fe80::1'] }],
  ] as const)('are asked in order: %s', async (reason, url, options) => {
    expect(await outcome(url, options)).toBe(reason);
  });

  it('let a denied or a metadata address speak for a whole answer', async () => {
    const answer = [PUBLIC, '10.0.0.1', '169.254.169.254', '1.1.1.1'];
    expect(await outcome('https://name.test', {}, answer)).toBe('metadata');
    expect(await outcome('https://name.test', { denyCidrs: ['1.1.1.1/32'] }, answer)).toBe(
      'denied',
    );
  });

  it('see IPv4 in every guise that IPv6 gives it, where that is denied', async () => {
    const guises = [
      '[::ffff:1.2.3.4]',
      '[::1.2.3.4]',
      '[::ffff:0:1.2.3.4]',
      '[64:ff9b::1.2.3.4]',
      '[64:ff9b:1::1.2.3.4]',
      '[2002:102:304::1]',
      '[2001::fefd:fcfb]',
      '[2606:4700::5efe:1.2.3.4]',
      '[fd00::200:5efe:1.2.3.4]',
    ];
    const every = { allowCidrs: ['::/0', '0.0.0.0/0'] };
    for (const host of guises) {
      expect(await outcome(`http://${host}`)).toBe('embedded-ipv4');
      expect(await outcome(`http://${host}`, every)).not.toBe('denied');
      const denied = await outcome(`http://${host}`, { ...every, denyCidrs: ['1.2.3.0/24'] });
      expect(denied, host).toBe('denied');
    }
    for (const host of ['[fd00::5efe:a9fe:a9fe]', '[2002:a9fe:a9fe::]', '[::169.254.169.254]']) {
      expect(await outcome(`http://${host}`, { ...every, allowPrivate: true })).toBe('metadata');
    }
  });

  it('see IPv4 in every carrier that an address may be, and in a carrier inside another', async () => {
    const options = { allowCidrs: ['::/0', '0.0.0.0/0'], denyCidrs: ['10.0.0.0/8'] };
    for (const host of [
      // NAT64 for local use, by a prefix of 48, 56 and 64 bits.
      ['[64:ff9b:1:a00:0:100::]', '[64:ff9b:1:a9fe:a9:fe00::]'],
      ['[64:ff9b:1:a:0:1::]', '[64:ff9b:1:a9:fe:a9fe::]'],
      ['[64:ff9b:1:0:a:0:100:0]', '[64:ff9b:1:0:a9:fea9:fe00:0]'],
      // ISATAP inside 6to4 and inside NAT64.
      ['[2002:808:808::5efe:a00:1]', '[2002:808:808::5efe:a9fe:a9fe]'],
      ['[64:ff9b:1::5efe:a00:1]', '[64:ff9b:1::5efe:a9fe:a9fe]'],
      // Teredo: its server, then its client.
      ['[2001:0:a00:1::ffff:ffff]', '[2001:0:a9fe:a9fe::ffff:ffff]'],
      ['[2001:0:808:808::f5ff:fffe]', '[2001:0:808:808::5601:5601]'],
    ]) {
      const told = await Promise.all(host.map((each) => outcome(`http://${each}`, options)));
      expect(told, host.join()).toEqual(['denied', 'metadata']);
    }
  });

  it('know the metadata services of the clouds, whatever is opened', async () => {
    const options = { allowPrivate: true, allowCidrs: ['::/0', '0.0.0.0/0'] };
    for (const host of [
      '169.254.169.254',
      '[fd00:ec2::254]',
      '[fd00:ec2::253]',
      '[fd00:ec2:0:1::1]',
      '[fd00:c1::a9fe:a9fe]',
      '[fd00:100::100:200]',
      '[fd20:ce::254]',
      'instance-data.ec2.internal',
      'instance-data.eu-west-1.compute.internal',
      'api.metadata.cloud.ibm.com',
      'metadata.platformequinix.com',
      'metadata.packet.net',
      'data-server',
      'rancher-metadata',
    ]) {
      expect(await outcome(`http://${host}`, options), host).toBe('metadata');
    }
    for (const host of ['[fd00:ec20::254]', 'instance-data.example.com', 'cloud.ibm.com']) {
      expect(await outcome(`http://${host}`, options), host).toHaveLength(1);
    }
  });

  it('see a metadata service behind a zone', async () => {
    const options = { allowCidrs: ['fe80::/10'] };
    const answer = ['fe80::a9fe:a9fe%eth0'];
    expect(await outcome('http://name.test', options, answer)).toBe('metadata');
    expect(await outcome('http://name.test', options, ['fe80::1%eth0'])).toEqual(['fe80::1%eth0']);
  });

  it('go further than the registries where these call a protocol block reachable', async () => {
    for (const host of ['[2001:4:112::1]', '[2001:3::1]', '[2001:1::1]', '192.0.0.9']) {
      expect(await outcome(`http://${host}`)).toBe('special-purpose');
    }
    for (const host of ['[2620:4f:8000::1]', '192.31.196.1', '192.52.193.1', '[2001:200::1]']) {
      expect(await outcome(`http://${host}`)).toHaveLength(1);
    }
  });

  it('open addresses by addresses and names by names, and never a bad port', async () => {
    const cidrs = { allowCidrs: ['127.0.0.0/8'] };
    expect(await outcome('http://127.0.0.1:3000', cidrs)).toHaveLength(1);
    expect(await outcome('http://localhost:3000', cidrs, ['127.0.0.1'])).toBe('reserved-name');
    expect(await outcome('http://dev.example:3000', cidrs, ['127.0.0.1'])).toHaveLength(1);
    expect(await outcome('http://intranet', { allowHosts: ['intranet'] })).toHaveLength(1);
    const addresses = { allowAddresses: ['10.0.0.1:22'] };
    expect(await outcome('http://10.0.0.1:22', addresses)).toBe('port');
    expect(await outcome('http://10.0.0.1:22', { ...addresses, ports: [22] })).toHaveLength(1);
    expect(await outcome('http://localhost:6379', development, ['::1'])).toBe('port');
  });

  it.each([
    'localhost.localdomain',
    'localhost6.localdomain6',
    'localhost4',
    'home.arpa',
    'nas.home.arpa',
    'a.b.local',
    'svc.lan',
    'intranet',
    'x.localdomain',
  ])('know %s for a local name', async (host) => {
    expect(await outcome(`http://${host}`)).toBe('reserved-name');
    expect(await outcome(`http://${host}.example.com`)).toEqual([PUBLIC]);
  });

  it('know :: and ::1 for what they are', async () => {
    expect(await outcome('http://[::]')).toBe('special-purpose');
    expect(await outcome('http://[::1]')).toBe('loopback');
  });
});

describe('allowHosts', () => {
  it('is exclusive, and what the other lists open adds to it', async () => {
    const options = { allowHosts: ['Example.COM.', '*.example.org'], allowCidrs: ['10.0.0.0/8'] };
    expect(await outcome('https://example.com.', options)).toEqual([PUBLIC]);
    expect(await outcome('https://a.b.example.org', options)).toEqual([PUBLIC]);
    expect(await outcome('https://example.org', options)).toBe('not-allowed');
    expect(await outcome('https://1.1.1.1', options)).toBe('not-allowed');
    expect(await outcome('https://10.1.2.3', options)).toEqual(['10.1.2.3']);
    expect(await outcome('https://example.com', options, ['10.1.2.3'])).toEqual(['10.1.2.3']);
    expect(await outcome('https://example.com', options, ['192.168.0.1'])).toBe('private');
    expect(await outcome('https://127.0.0.1', { ...options, allowLoopback: true })).toBe(
      'not-allowed',
    );
  });

  it('opens the local names that it lists', async () => {
    expect(await outcome('https://db.internal', { allowHosts: ['db.internal'] })).toEqual([PUBLIC]);
  });

  it('lets nothing pass when it is empty', async () => {
    expect(await outcome('https://example.com', { allowHosts: [] })).toBe('not-allowed');
  });
});

describe('allowHostsAnyAddress', () => {
  it('opens a host whatever it resolves to, and is not exclusive', async () => {
    const options = { allowHostsAnyAddress: ['*.svc.cluster.local'] };
    expect(await outcome('http://a.svc.cluster.local', options, ['10.0.0.5', '::1'])).toEqual([
      '10.0.0.5',
      '::1',
    ]);
    expect(await outcome('http://example.com', options)).toEqual([PUBLIC]);
    expect(await outcome('http://example.com', options, ['10.0.0.5'])).toBe('private');
  });

  it('may stand for all of allowHosts', async () => {
    const options = { allowHosts: ['a.example'], allowHostsAnyAddress: true };
    expect(await outcome('http://a.example', options, ['127.0.0.1'])).toEqual(['127.0.0.1']);
    expect(await outcome('http://b.example', options)).toBe('not-allowed');
  });

  it('adds to allowHosts', async () => {
    const options = { allowHosts: ['a.example'], allowHostsAnyAddress: ['b.example'] };
    expect(await outcome('http://b.example', options, ['127.0.0.1'])).toEqual(['127.0.0.1']);
    expect(await outcome('http://a.example', options, ['127.0.0.1'])).toBe('loopback');
  });

  it('opens neither metadata services nor what is denied', async () => {
    const options = { allowHostsAnyAddress: ['a.example'], denyCidrs: ['10.9.0.0/16'] };
    expect(await outcome('http://a.example', options, ['169.254.169.254'])).toBe('metadata');
    expect(await outcome('http://a.example', options, ['10.9.1.1'])).toBe('denied');
  });
});

describe('the other options', () => {
  it('allowAddresses opens one address, on one port if it names one', async () => {
    const options = { allowAddresses: ['10.0.0.1:321', '[fd00::1]:443', '127.0.0.1'] };
    expect(await outcome('http://10.0.0.1:321', options)).toEqual(['10.0.0.1']);
    expect(await outcome('http://name.test:321', options, ['10.0.0.1'])).toEqual(['10.0.0.1']);
    expect(await outcome('http://10.0.0.1:322', options)).toBe('private');
    expect(await outcome('https://[fd00:0::1]', options)).toEqual(['fd00::1']);
    expect(await outcome('http://[fd00::1]', options)).toBe('private');
    expect(await outcome('http://127.1:8080', options)).toEqual(['127.0.0.1']);
    expect(await outcome('http://[::ffff:127.0.0.1]:8080', options)).toEqual(['::ffff:7f00:1']);
  });

  it('allowLoopback opens loopback and localhost, and nothing that merely leads there', async () => {
    const options = { allowLoopback: true };
    for (const url of ['http://127.9.9.9', 'ws://[::1]:3000', 'http://[::ffff:127.0.0.1]']) {
      expect(await outcome(url, options)).toHaveLength(1);
    }
    expect(await outcome('http://localhost.', options, ['127.0.0.1', '::1'])).toHaveLength(2);
    expect(await outcome('http://app.localhost', options, ['127.0.0.1'])).toHaveLength(1);
    expect(await outcome('http://0.0.0.0', options)).toBe('special-purpose');
    expect(await outcome('http://10.0.0.1', options)).toBe('private');
    expect(await outcome('http://ip6-localhost', options, ['::1'])).toBe('reserved-name');
  });

  it('allowPrivate opens private addresses and local names, and no metadata service', async () => {
    const options = { allowPrivate: true };
    for (const host of ['10.0.0.1', '172.16.0.1', '192.168.0.1', '100.64.0.1', '[fd00::1]']) {
      expect(await outcome(`http://${host}`, options)).toHaveLength(1);
    }
    expect(await outcome('http://db.internal', options, ['10.0.0.1'])).toEqual(['10.0.0.1']);
    expect(await outcome('http://intranet', options, ['10.0.0.1'])).toEqual(['10.0.0.1']);
    expect(await outcome('http://localhost', options, ['127.0.0.1'])).toBe('reserved-name');
    expect(await outcome('http://127.0.0.1', options)).toBe('loopback');
    expect(await outcome('http://169.254.1.1', options)).toBe('special-purpose');
    for (const host of ['100.100.100.200', '[fd00:ec2::254]', 'metadata', 'kubernetes.default']) {
      expect(await outcome(`http://${host}`, options)).toBe('metadata');
    }
  });

  it('ports and schemes replace the defaults', async () => {
    const options = { ports: [22, 443], schemes: ['wss', 'http'] } as const;
    expect(await outcome('http://name.test:22', options)).toEqual([PUBLIC]);
    expect(await outcome('wss://name.test', options)).toEqual([PUBLIC]);
    expect(await outcome('http://name.test', options)).toBe('port');
    expect(await outcome('https://name.test', options)).toBe('scheme');
  });

  it('production and development are what they say', async () => {
    expect(await outcome('wss://name.test', production)).toEqual([PUBLIC]);
    expect(await outcome('ws://name.test', production)).toBe('scheme');
    expect(await outcome('wss://127.0.0.1', production)).toBe('loopback');
    expect(await outcome('wss://10.0.0.1', production)).toBe('private');
    expect(await outcome('ws://localhost:3000', development, ['::1'])).toEqual(['::1']);
    expect(await outcome('http://169.254.169.254', development)).toBe('metadata');
    expect(await outcome('http://10.0.0.1', development)).toBe('private');
  });
});

describe('behind a proxy', () => {
  it('only listed names pass, unresolved, since the proxy resolves them its own way', async () => {
    let asked = 0;
    const guard = createUrlGuard({
      proxy: true,
      allowHosts: ['api.example'],
      allowHostsAnyAddress: ['db.internal'],
      resolve: () => {
        asked++;
        return [PUBLIC];
      },
    });
    expect(await guard.check('https://api.example')).toEqual({ url: 'https://api.example/' });
    expect(await guard.check('https://db.internal')).toEqual({ url: 'https://db.internal/' });
    await expect(guard.check('https://other.example')).rejects.toMatchObject({
      reason: 'not-allowed',
    });
    expect(asked).toBe(0);
    expect(await outcome('https://other.example', { proxy: true })).toBe('proxy');
    expect(await outcome('https://1.1.1.1', { proxy: true })).toEqual(['1.1.1.1']);
  });

  it('the type says that there may be no addresses', () => {
    const direct = createUrlGuard({ allowPrivate: true });
    expectTypeOf(direct.check).returns.resolves.toEqualTypeOf<PinnedUrl>();
    expectTypeOf(
      createUrlGuard({ proxy: true }).check,
    ).returns.resolves.toEqualTypeOf<ProxiedUrl>();
    expectTypeOf<PinnedUrl>().toEqualTypeOf<{ url: string; addresses: string[] }>();
  });
});

describe('a redirect', () => {
  const guard = createUrlGuard({ resolve: () => [PUBLIC] });

  it('is read against the URL that it comes from', async () => {
    const from = 'https://a.example/mcp/1?q';
    expect(await guard.check('../x', { from })).toMatchObject({ url: 'https://a.example/x' });
    expect(await guard.check('//b.example', { from })).toMatchObject({ url: 'https://b.example/' });
    expect(guard.inspect('//@b.example', { from }).reason).toBe('credentials');
    expect(guard.inspect('/x', { from: 'http://user@a.example' }).reason).toBe('credentials');
    expect(guard.inspect('//127.0.0.1', { from }).reason).toBe('loopback');
    expect(guard.inspect('?@x', { from })).toEqual({ allowed: true });
    expect(guard.inspect('https://b.example', { from: 'nonsense' }).reason).toBe('unparsable');
  });

  it('may not leave encryption behind', () => {
    for (const from of ['https://a.example', 'wss://a.example']) {
      expect(guard.inspect('http://b.example', { from }).reason).toBe('downgrade');
      expect(guard.inspect('ws://b.example', { from }).reason).toBe('downgrade');
      expect(guard.inspect('wss://b.example', { from }).allowed).toBe(true);
    }
    expect(guard.inspect('https://b.example', { from: 'ws://a.example' }).allowed).toBe(true);
    expect(guard.inspect('ws://b.example', { from: 'http://a.example' }).allowed).toBe(true);
  });
});

describe('a name that cannot be resolved', () => {
  it.each([
    ['an empty answer', () => []],
    ['an error', () => Promise.reject(new Error('SERVFAIL'))],
    [
      'a resolver that throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['an answer that is no address', () => ['not an address']],
    ['an address spelled oddly', () => ['0177.0.0.1']],
    ['one bad entry among good ones', () => [PUBLIC, '127.1']],
    ['no list', () => null as unknown as string[]],
    ['a list of no text', () => [7] as unknown as string[]],
  ])('is refused, and may be tried again: %s', async (_, resolve) => {
    const checked = createUrlGuard({ resolve }).check('https://name.test');
    await expect(checked).rejects.toMatchObject({
      reason: 'unresolvable',
      delivery: 'not-sent',
      retryable: true,
    });
  });

  it('says why', async () => {
    const cause = new Error('SERVFAIL');
    const guard = createUrlGuard({ resolve: () => Promise.reject(cause) });
    await expect(guard.check('https://name.test')).rejects.toMatchObject({ cause });
  });

  it('is given up after dnsTimeoutMs', async () => {
    const clock = new FakeClock();
    const resolve = () => new Promise<string[]>(() => {});
    const checked = createUrlGuard({ resolve, clock, dnsTimeoutMs: 300 }).check('ws://name.test');
    clock.advance(299);
    expect(clock.timers).toBe(1);
    clock.advance(1);
    await expect(checked).rejects.toMatchObject({
      reason: 'unresolvable',
      cause: { message: 'no answer from the resolver within 300 ms' },
    });
  });

  it('is given up after five seconds unless told otherwise', async () => {
    const clock = new FakeClock();
    const resolve = () => new Promise<string[]>(() => {});
    const checked = createUrlGuard({ resolve, clock }).check('ws://name.test');
    clock.advance(4_999);
    expect(clock.timers).toBe(1);
    clock.advance(1);
    await expect(checked).rejects.toMatchObject({ reason: 'unresolvable' });
  });

  it('is asked of the system without a resolver of our own', async () => {
    const guard = createUrlGuard(development);
    expect((await guard.check('ws://localhost:3000')).addresses).toEqual(
      expect.arrayContaining([expect.stringMatching(/^(127\.0\.0\.1|::1)$/)]),
    );
  });
});

describe('a signal', () => {
  it('ends the wait at once, leaves nothing behind, and is no decision', async () => {
    const clock = new FakeClock();
    const events: GuardEvent[] = [];
    let answer = (_: string[]) => {};
    const guard = createUrlGuard({
      clock,
      observer: (event) => void events.push(event),
      resolve: () =>
        new Promise<string[]>((resolve) => {
          answer = resolve;
        }),
    });
    const stop = new AbortController();
    const checked = guard.check('https://name.test', { signal: stop.signal });
    await Promise.resolve();
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(checked).rejects.toBe(reason);
    expect(clock.timers).toBe(0);
    answer([PUBLIC]);
    await Promise.resolve();
    expect(events).toEqual([]);
  });

  it('that has aborted already asks nobody', async () => {
    let asked = 0;
    const guard = createUrlGuard({
      resolve: () => {
        asked++;
        return [PUBLIC];
      },
    });
    const signal = AbortSignal.abort(new Error('before'));
    await expect(guard.check('https://name.test', { signal })).rejects.toThrow('before');
    expect(asked).toBe(0);
  });

  it('that never aborts is left without listeners', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners--;
      removeEventListener.apply(signal, args);
    };
    await createUrlGuard({ resolve: () => [PUBLIC] }).check('https://name.test', { signal });
    expect(listeners).toBe(0);
  });
});

describe('reportOnly', () => {
  it('tells and lets pass', async () => {
    const events: GuardEvent[] = [];
    const guard = createUrlGuard({
      reportOnly: true,
      resolve: () => ['10.0.0.1'],
      observer: (event) => void events.push(event),
    });
    expect(guard.inspect('http://127.0.0.1')).toEqual({ allowed: true, reason: 'loopback' });
    expect(await guard.check('http://name.test')).toEqual({
      url: 'http://name.test/',
      addresses: ['10.0.0.1'],
    });
    expect(await guard.check('gopher://intranet')).toMatchObject({ addresses: ['10.0.0.1'] });
    expect(events).toMatchObject([
      { type: 'guard.denied', reason: 'loopback', reportOnly: true },
      { type: 'guard.denied', reason: 'private', reportOnly: true, addresses: ['10.0.0.1'] },
      { type: 'guard.denied', reason: 'scheme', reportOnly: true },
    ]);
  });

  it('lets nothing pass that has no host, asked in any way', async () => {
    for (const guard of [
      createUrlGuard({ reportOnly: true }),
      createBrowserGuard({ reportOnly: true }),
    ]) {
      for (const url of ['file:///etc/passwd', 'data:text/plain,hi', 'javascript:1', 'blob:x']) {
        expect(guard.inspect(url)).toEqual({ allowed: false, reason: 'scheme' });
        await expect(guard.check(url)).rejects.toMatchObject({ reason: 'scheme' });
      }
    }
  });

  it('fetches nothing that has no host', async () => {
    const { fetch } = createUrlGuard({ reportOnly: true });
    await expect(fetch('data:text/plain,hi')).rejects.toMatchObject({ reason: 'scheme' });
  });

  it('still refuses where there is nothing to dial', async () => {
    const options = { reportOnly: true, resolve: () => [] };
    expect(createUrlGuard(options).inspect('nonsense')).toEqual({
      allowed: false,
      reason: 'unparsable',
    });
    expect(await outcome('nonsense', options)).toBe('unparsable');
    expect(await outcome('data:,x', options)).toBe('scheme');
    expect(await outcome('https://name.test', options)).toBe('unresolvable');
    expect(await outcome('https://intranet', { ...options, proxy: true })).toEqual(undefined);
  });
});
