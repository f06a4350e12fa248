import { type Address, contains, type Range } from './address.js';
import { compileAddressList, parseCidr } from './address-list.js';
import { ConfigError } from './errors.js';
import { compileHostList, type HostList } from './host-list.js';
import { SCHEMES } from './option-rules.js';
import type { UrlPolicyOptions } from './options.js';

/** The options as the rules ask them: checked, lists parsed. */
export interface Policy
  extends Pick<UrlPolicyOptions, 'allowLoopback' | 'allowPrivate' | 'proxy' | 'reportOnly'> {
  /** With the colon, as `URL.protocol` has it. */
  readonly schemes: ReadonlySet<string>;
  readonly ports: ReadonlySet<number> | undefined;
  readonly allowHosts: HostList | undefined;
  readonly denyHosts: HostList | undefined;
  readonly anyAddress: HostList | undefined;
  readonly denyCidrs: readonly Range[];
  readonly allowsAddress: (address: Address, port: number | undefined) => boolean;
}

/** @throws ConfigError for an entry that cannot be what its list takes, naming the right spelling. */
export function compilePolicy(options: UrlPolicyOptions): Policy {
  const { schemes = SCHEMES, ports, allowHosts, denyHosts, allowHostsAnyAddress: any } = options;
  if (any === true && !allowHosts) {
    throw new ConfigError(
      'allowHostsAnyAddress',
      'allowHostsAnyAddress must be an array of strings without allowHosts, got true',
    );
  }
  const hosts = (option: string, entries: readonly string[] | undefined) =>
    entries && compileHostList(option, entries);
  const ranges = (option: 'allowCidrs' | 'denyCidrs') =>
    (options[option] ?? []).map((entry) => parseCidr(option, entry));
  const allowCidrs = ranges('allowCidrs');
  const allowAddresses = compileAddressList('allowAddresses', options.allowAddresses ?? []);
  return {
    ...options,
    schemes: new Set(schemes.map((scheme) => `${scheme}:`)),
    ports: ports && new Set(ports),
    allowHosts: hosts('allowHosts', allowHosts),
    denyHosts: hosts('denyHosts', denyHosts),
    anyAddress: hosts('allowHostsAnyAddress', any === true ? allowHosts : any || undefined),
    denyCidrs: ranges('denyCidrs'),
    allowsAddress: (address, port) =>
      allowCidrs.some((range) => contains(range, address)) || allowAddresses(address, port),
  };
}
