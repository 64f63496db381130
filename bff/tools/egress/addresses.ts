/** Which addresses are inside: of this machine, of private networks, or of no network at all. Pure. */
import { BlockList, isIP } from 'node:net';

const inside4 = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24],
  ['192.88.99.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
] as const) inside4.addSubnet(network, bits, 'ipv4');

/** Of IPv6 only 2000::/3 is out in the world, and these parts of it are not, or hold an IPv4 address that is another way in. */
const outside6 = new BlockList();
outside6.addSubnet('2000::', 3, 'ipv6');
const inside6 = new BlockList();
for (const [network, bits] of [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20]] as const) inside6.addSubnet(network, bits, 'ipv6');

/** True for everything that is not a public address of the internet, for what is no address too. */
export function isInside(address: string): boolean {
  const plain = address.split('%')[0] ?? '';
  if (isIP(plain) === 4) return inside4.check(plain, 'ipv4');
  return isIP(plain) !== 6 || !outside6.check(plain, 'ipv6') || inside6.check(plain, 'ipv6');
}

/** The host of a URL as an address, or null when it is a name. `[::1]` loses its brackets. */
export function addressIn(hostname: string): string | null {
  const plain = hostname.replace(/^\[|\]$/g, '');
  return isIP(plain) === 0 ? null : plain;
}

/** `host:port` the way that URLs write it, with the port that the protocol means. */
export function placeOf({ hostname, port, protocol }: { hostname: string; port: string; protocol: string }): string {
  const host = isIP(hostname) === 6 ? `[${hostname}]` : hostname.toLowerCase();
  return `${host}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

/** A configured place in the same spelling: what URLs do to odd addresses is done to it too. */
export function normalPlace(place: string): string {
  const url = URL.canParse(`http://${place}/`) ? new URL(`http://${place}/`) : null;
  return url === null ? place : placeOf(url);
}
