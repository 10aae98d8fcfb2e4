import { BlockList, isIP, isIPv4 } from 'node:net';

/**
 * IPv4 networks that are not the public internet (IANA's special-purpose registry, RFC 6890 and after): this
 * host, private, shared by carriers, loopback, link-local (which includes cloud metadata), protocols,
 * documentation, relays, benchmarks, multicast, reserved.
 */
const NOT_PUBLIC_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/**
 * In IPv6 only global unicast can be public. It excludes mapped and translated IPv4, loopback, link-local,
 * unique local and multicast.
 */
const GLOBAL_6 = '2000::/3';
/** Also excluded: protocols (Teredo, ORCHID and others), documentation, and 6to4, which leads into IPv4. */
const NOT_PUBLIC_6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** Decides which addresses may be called. */
export interface AllowedAddresses {
  /** Whether an address is public, or in a network that the installation allows. */
  isAllowed(address: string): boolean;
  /** Whether it is in a network that the installation allows: http is allowed only there. */
  isOwn(address: string): boolean;
}

/**
 * `own`: networks such as `10.1.0.0/16` that may be called although they are not public. Throws a
 * `RangeError` for a text that is not a network.
 */
export function createAllowedAddresses(own: readonly string[]): AllowedAddresses {
  const notPublic4 = networks(NOT_PUBLIC_4);
  const global6 = networks([GLOBAL_6]);
  const notPublic6 = networks(NOT_PUBLIC_6);
  const allowed = networks(own);
  const isOwn = (address: string): boolean =>
    isIP(address) !== 0 && allowed.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  return {
    isOwn,
    isAllowed(address) {
      if (isOwn(address)) return true;
      if (isIPv4(address)) return !notPublic4.check(address, 'ipv4');
      // Also for a text that is not an address.
      return isIP(address) === 6 && global6.check(address, 'ipv6') && !notPublic6.check(address, 'ipv6');
    },
  };
}

function networks(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address = '', bits = '', ...rest] = text.split('/');
    const family = isIP(address);
    const isPrefix = /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
    if (family === 0 || !isPrefix || rest.length > 0)
      throw new RangeError(`${text} is not a network such as 10.1.0.0/16 or fd00::/8`);
    list.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
