import { describe, expect, it } from 'vitest';
import { createUrlGuard as createBrowserGuard } from '../src/browser.js';
import { ConfigError, createUrlGuard, isConfigError } from '../src/index.js';

/** What building a guard with these options complains of. */
function complaint(options: object): { option: string; message: string } {
  try {
    createUrlGuard(options);
  } catch (error) {
    if (!isConfigError(error)) throw error;
    return { option: error.option, message: error.message };
  }
  return expect.unreachable('it was accepted');
}

describe('a host entry that is none', () => {
  it.each([
    ['*', '*.example.com'],
    ['*.', '*.example.com'],
    ['*example.com', '*.example.com'],
    ['api.*.example.com', '*.example.com'],
    ['*.*.stripe.com', '*.stripe.com'],
    ['ex*ample.com', '*.ample.com'],
    ['example.*', '*.example.com'],
    ['', 'example.com'],
    ['éxämple.com', 'xn--xmple-gra7a.com'],
    ['*.éxämple.com', '*.xn--xmple-gra7a.com'],
    ['https://example.com/path', 'example.com'],
    ['example.com:443', 'example.com'],
    ['-example.com:', '-example.com'],
    ['example..com', 'example.com'],
    ['example.com..', 'example.com'],
    ['éx.*.com', '*.example.com'],
    ['*..com', '*.example.com'],
    ['10.0.0.1', 'it to allowCidrs or denyCidrs'],
    ['[::1]', 'it to allowCidrs or denyCidrs'],
    ['0x7f.1', 'it to allowCidrs or denyCidrs'],
    ['a b', 'example.com'],
  ])('%j is refused, and %s named', (entry, right) => {
    for (const option of ['allowHosts', 'denyHosts', 'allowHostsAnyAddress']) {
      const told = complaint({ [option]: ['fine.example', entry] });
      expect(told).toEqual({
        option,
        message: `${option}: ${JSON.stringify(entry)} is no such entry, write ${right}`,
      });
    }
  });

  it('is one that is longer than any name', () => {
    const { message } = complaint({ denyHosts: [`${'a.'.repeat(127)}example`] });
    expect(message).toMatch(/is no such entry, write example\.com$/);
  });

  it('does not give away the credentials of a URL', () => {
    const { message } = complaint({ allowHosts: ['https://user:secret@example.com'] });
    expect(message).not.toMatch(/secret|user/);
  });
});

describe('a range or address that is none', () => {
  it.each([
    ['10.0.0.0', '10.0.0.0/32'],
    ['10.0.0.1/8', '10.0.0.0/8'],
    ['10.0.0.0/33', '10.0.0.0/32'],
    ['10.1.2.3/0', '10.1.2.3/32'],
    ['fd00::1/00', 'fd00::1/128'],
    ['10.0.0.0/08', '10.0.0.0/8'],
    ['fd00::1/8', 'fd00::/8'],
    ['fd00::1', 'fd00::1/128'],
    ['010.0.0.0/8', '10.0.0.0/8'],
    ['10/8', '10.0.0.0/8'],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
    ['10.0.0.0/8/8', '10.0.0.0/8'],
    ['example.com', '10.0.0.0/8'],
  ])('%s is no range, %s is', (entry, right) => {
    for (const option of ['allowCidrs', 'denyCidrs']) {
      expect(complaint({ [option]: [entry] })).toEqual({
        option,
        message: `${option}: "${entry}" is no such entry, write ${right}`,
      });
    }
  });

  it.each([
    ['10.0.0.1:65536', '10.0.0.1:321'],
    ['10.0.0.1:', '10.0.0.1:321'],
    ['10.1', '10.0.0.1:321'],
    ['10.0.0.0/8', '10.0.0.1:321'],
    ['localhost:80', '10.0.0.1:321'],
    ['[::1]:x', '10.0.0.1:321'],
    ['[10.0.0.1]:80:90', '10.0.0.1:321'],
    ['[::ffff:10.0.0.1]:80', '[fd00::1]:321'],
    ['', '10.0.0.1:321'],
  ])('%s is no address, %s is', (entry, right) => {
    expect(complaint({ allowAddresses: [entry] })).toEqual({
      option: 'allowAddresses',
      message: `allowAddresses: "${entry}" is no such entry, write ${right}`,
    });
  });
});

describe('an option that is wrong', () => {
  it.each([
    ['schemes', ['http:'], 'an array of http,https,ws,wss, got ["http:"]'],
    ['schemes', 'https', 'an array of http,https,ws,wss, got "https"'],
    ['ports', [65_536], 'an array of ports, 0 to 65535, got [65536]'],
    ['ports', [80.5, '80'], 'an array of ports, 0 to 65535, got [80.5,"80"]'],
    ['allowHosts', 'a.example', 'an array of strings, got "a.example"'],
    ['allowHosts', Array(1), 'an array of strings, got []'],
    ['denyCidrs', [1], 'an array of strings, got [1]'],
    ['allowHostsAnyAddress', 1, 'an array of strings, or true, got 1'],
    ['allowHostsAnyAddress', true, 'an array of strings without allowHosts, got true'],
    ['allowLoopback', 'yes', 'true or false, got "yes"'],
    ['allowPrivate', null, 'true or false, got null'],
    ['proxy', 0, 'true or false, got 0'],
    ['reportOnly', {}, 'true or false, got a value of type object'],
    ['observer', 1, 'a function, got 1'],
    ['resolve', ['a'], 'a function, got ["a"]'],
    ['dnsTimeoutMs', 0, 'a whole number from 1 to 2147483647, got 0'],
    ['dnsTimeoutMs', 2 ** 31, 'a whole number from 1 to 2147483647, got 2147483648'],
    ['connectTimeoutMs', 0.5, 'a whole number from 1 to 2147483647, got 0.5'],
    [
      'clock',
      () => {},
      'an object with now, setTimeout and clearTimeout, got a value of type function',
    ],
    ['clock', null, 'an object with now, setTimeout and clearTimeout, got null'],
  ])('%s: %j', (option, value, right) => {
    expect(complaint({ [option]: value })).toEqual({
      option,
      message: `${option} must be ${right}`,
    });
  });

  it('is one that does not exist', () => {
    expect(complaint({ allowHost: ['a.example'] })).toEqual({
      option: 'allowHost',
      message: expect.stringMatching(
        /^allowHost is no option of this guard; they are schemes, ports, allowHosts, .*clock/,
      ),
    });
    expect(complaint({ constructor: 1 }).option).toBe('constructor');
  });

  it('is whatever is no options object', () => {
    for (const options of [null, 'production', 7, [], new Date(), new Map(), () => {}]) {
      expect(() => Reflect.apply(createUrlGuard, undefined, [options])).toThrow(ConfigError);
    }
  });

  it('is one that a page has no use for, in a page', () => {
    expect(() => Reflect.apply(createBrowserGuard, undefined, [{ dnsTimeoutMs: 1_000 }])).toThrow(
      ConfigError,
    );
  });

  it('may be left undefined', () => {
    const guard = createUrlGuard({ allowHosts: undefined, ports: undefined, clock: undefined });
    expect(guard.inspect('https://example.com').allowed).toBe(true);
  });
});
