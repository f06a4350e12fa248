import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createUrlGuard, development, type UrlGuardOptions } from '../src/index.js';

// Thousands of cases take a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** An oracle that shares nothing with the guard: the special ranges, written out once more. */
const special = new BlockList();
for (const cidr of (
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 ' +
  '192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 ' +
  '168.63.129.16/32 2001::/23 2001:db8::/32 2002::/16 3fff::/20'
).split(' ')) {
  const [network = '', length] = cidr.split('/');
  special.addSubnet(network, Number(length), network.includes(':') ? 'ipv6' : 'ipv4');
}
const globalV6 = new BlockList();
globalV6.addSubnet('2000::', 3, 'ipv6');

const isPublic = (address: string): boolean =>
  isIP(address) === 4
    ? !special.check(address, 'ipv4')
    : globalV6.check(address, 'ipv6') &&
      !special.check(address, 'ipv6') &&
      !/(:|:0|:200):5efe:(:|[\da-f]+:[\da-f]+)$/.test(address);

/** Addresses that lie on the edges of ranges as often as anywhere. */
const ipv4 = fc.oneof(
  fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)),
  fc.tuple(
    fc.constantFrom(0, 10, 100, 127, 168, 169, 172, 192, 198, 203, 224, 255),
    fc.constantFrom(0, 15, 16, 31, 32, 51, 63, 64, 127, 128, 168, 254, 255),
    fc.constantFrom(0, 2, 99, 100, 113, 129, 169, 255),
    fc.constantFrom(0, 1, 16, 254, 255),
  ),
);

const dotted = (octets: readonly number[]): string => octets.join('.');

/** One number in one of the spellings that inet_aton knows. */
const number = (value: number, base: string, zeros: number): string =>
  base === 'hex'
    ? `0x${'0'.repeat(zeros)}${value.toString(16)}`
    : base === 'HEX'
      ? `0X${'0'.repeat(zeros)}${value.toString(16).toUpperCase()}`
      : base === 'octal'
        ? `0${'0'.repeat(zeros)}${value.toString(8)}`
        : String(value);

/** An address, and the same in another spelling: 1 to 4 parts, any bases, encodings and dots. */
const spelled = fc
  .record({
    octets: ipv4,
    parts: fc.integer({ min: 1, max: 4 }),
    bases: fc.array(fc.constantFrom('hex', 'HEX', 'octal', 'decimal'), {
      minLength: 4,
      maxLength: 4,
    }),
    zeros: fc.nat(3),
    encoded: fc.boolean(),
    dot: fc.constantFrom('.', '。', '．', '%2e'),
    end: fc.constantFrom('', '.'),
  })
  .map(({ octets, parts, bases, zeros, encoded, dot, end }) => {
    const head = octets.slice(0, parts - 1);
    const tail = octets.slice(parts - 1).reduce((sum, octet) => sum * 256 + octet, 0);
    const text = [...head, tail]
      .map((value, index) => number(value, bases[index] ?? 'decimal', zeros))
      .map((part) =>
        encoded ? part.replace(/^./, (c) => `%${c.charCodeAt(0).toString(16)}`) : part,
      )
      .join(dot);
    return { plain: dotted(octets), odd: text + end };
  });

const POLICIES: readonly UrlGuardOptions[] = [
  {},
  development,
  { allowPrivate: true },
  { allowCidrs: ['10.0.0.0/8', '192.0.0.0/8'], denyCidrs: ['198.0.0.0/8'] },
  { allowHosts: [], allowAddresses: ['127.0.0.1', '10.0.0.1:80'] },
  { proxy: true },
];

describe('an IPv4 address', () => {
  it.each(POLICIES)('gets the verdict of its dotted form in any spelling: %j', (policy) => {
    const { inspect } = createUrlGuard(policy);
    fc.assert(
      fc.property(spelled, fc.constantFrom('http', 'wss'), ({ plain, odd }, scheme) => {
        expect(new URL(`${scheme}://${odd}`).hostname).toBe(plain);
        expect(inspect(`${scheme}://${odd}/`)).toEqual(inspect(`${scheme}://${plain}/`));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(POLICIES)('is let in mapped only if it is let in dotted: %j', (policy) => {
    const { inspect } = createUrlGuard(policy);
    const open = createUrlGuard({ ...policy, allowCidrs: ['0.0.0.0/0'] });
    fc.assert(
      fc.property(ipv4, (octets) => {
        const [plain, mapped] = [dotted(octets), `[::ffff:${dotted(octets)}]`];
        const dottedVerdict = inspect(`http://${plain}/`);
        const mappedVerdict = inspect(`http://${mapped}/`);
        // That it is public is no reason to write it so; that an option opens it is.
        if (mappedVerdict.allowed) expect(dottedVerdict.allowed).toBe(true);
        if (dottedVerdict.reason === 'metadata' || dottedVerdict.reason === 'denied') {
          expect(mappedVerdict).toEqual(dottedVerdict);
        }
        expect(open.inspect(`http://${mapped}/`)).toEqual(open.inspect(`http://${plain}/`));
      }),
      { numRuns: 1_000 },
    );
  });

  it('passes by default exactly if it is public', () => {
    const { inspect } = createUrlGuard();
    fc.assert(
      fc.property(ipv4, (octets) => {
        expect(inspect(`http://${dotted(octets)}/`).allowed).toBe(isPublic(dotted(octets)));
      }),
      { numRuns: 4_000 },
    );
  });
});

it('an IPv6 address passes by default exactly if it is public', () => {
  const { inspect } = createUrlGuard();
  const word = fc.oneof(
    fc.nat(0xffff),
    fc.constantFrom(0, 1, 2, 0x1ff, 0x200, 0xdb8, 0xffff, 0x5efe, 0x7f00),
  );
  const first = fc.oneof(
    word,
    fc.constantFrom(0, 0x64, 0x100, 0x1fff, 0x2000, 0x2001, 0x2002, 0x2003, 0x3ffe, 0x3fff, 0x4000),
    fc.constantFrom(0x5f00, 0xfc00, 0xfdff, 0xfe80, 0xfec0, 0xff02),
  );
  fc.assert(
    fc.property(first, fc.array(word, { minLength: 7, maxLength: 7 }), (head, rest) => {
      const address = [head, ...rest].map((part) => part.toString(16)).join(':');
      expect(inspect(`http://[${address}]/`).allowed, address).toBe(isPublic(address));
    }),
    { numRuns: 4_000 },
  );
});

describe('random text', () => {
  const piece = fc.constantFrom(
    ...['http', 'https:', 'ws://', 'wss:', '//', '/', '\\', '@', ':', '#', '?', '%', '%00', '%2e'],
    ...[
      '[',
      ']',
      '::',
      '::1',
      'ffff:',
      '127.0.0.1',
      '127.1',
      '0x7f',
      '0177',
      '2130706433',
      '10.',
      '.',
    ],
    ...[
      'localhost',
      'example.com',
      'metadata',
      '169.254.169.254',
      '①',
      '。',
      '\u00ad',
      '\t',
      '\n',
      ' ',
    ],
    ...[
      '.local',
      'xn--',
      '8.8.8.8',
      '80',
      '22',
      '65536',
      'user',
      '\ud800',
      '\0',
      'file:',
      'data:,',
    ],
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }).map((host) => `http://${host}/`),
    fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join('')),
    fc.array(piece, { maxLength: 8 }).map((pieces) => `http://${pieces.join('')}`),
  );

  it('never makes inspect throw, and never passes as an address that is not public', () => {
    const { inspect } = createUrlGuard();
    fc.assert(
      fc.property(text, fc.option(text, { nil: undefined }), (url, from) => {
        const { allowed, reason } = inspect(url, { from });
        expect(reason === undefined).toBe(allowed);
        if (!allowed) return;
        const { protocol, hostname, username, password } = new URL(url, from);
        expect(protocol).toMatch(/^(https?|wss?):$/);
        expect(username + password).toBe('');
        const host = hostname.replace(/^\[(.*)\]$/, '$1');
        if (isIP(host)) expect(isPublic(host), url).toBe(true);
        else expect(host).toMatch(/\../);
      }),
      { numRuns: 4_000 },
    );
  });

  it('takes no longer than its length warrants', async () => {
    const guard = createUrlGuard({ denyHosts: ['*.example.com'], observer: () => {} });
    // Squared, each of these would take minutes.
    for (const hostile of [
      `${'?'.repeat(500_000)}@`,
      `${' '.repeat(500_000)}@`,
      `http://[${'#'.repeat(500_000)}@`,
      `http://${'/'.repeat(500_000)}@`,
      `http:${':'.repeat(500_000)}@`,
      'a'.repeat(500_000),
      `http://${'a.'.repeat(250_000)}com/`,
    ]) {
      guard.inspect(hostile);
      guard.inspect('/', { from: hostile });
      await guard.check(hostile, { from: 'https://example.org' }).catch(() => {});
      await new Promise((resolve) => guard.lookup(hostile, { all: true }, resolve));
    }
  });

  it('never makes inspect throw, whatever its type', () => {
    const { inspect } = createUrlGuard();
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(Reflect.apply(inspect, undefined, [value]).allowed).toBe(false);
      }),
    );
    for (const value of [Object.create(null), Symbol('url'), new Proxy({}, {})]) {
      expect(Reflect.apply(inspect, undefined, [value]).reason).toBe('unparsable');
    }
  });

  it('never passes what the resolver of the system takes to an address that is not public', async () => {
    const { inspect } = createUrlGuard();
    // Only what the resolver reads as an address, so that no test asks the network.
    const numeric = fc.oneof(
      spelled.map(({ odd }) => odd),
      fc
        .array(fc.constantFrom('0', '1', '7', '8', '127', '0x', 'f', '.', '.', '10', '255', '9'), {
          minLength: 1,
          maxLength: 8,
        })
        .map((pieces) => pieces.join('')),
    );
    await fc.assert(
      fc.asyncProperty(numeric, async (host) => {
        fc.pre(/^(0x[\da-f]+|\d+)(\.(0x[\da-f]+|\d+)){0,3}$/i.test(host));
        if (!inspect(`http://${host}/`).allowed) return;
        const answers = await lookup(host, { all: true });
        for (const { address } of answers) expect(isPublic(address), host).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
