import { BlockList, isIP } from 'node:net';

/**
 * Addresses that only mean something inside a network: an URL in a stranger's certificate must not make us talk to
 * them (server-side request forgery). IANA special-purpose registries, 2026.
 */
const inside = new BlockList();
const V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
const V6: readonly (readonly [string, number])[] = [
  ['::', 96],
  // Translations and tunnels carry an IPv4 address that would escape the list above.
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];
for (const [net, bits] of V4) inside.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of V6) inside.addSubnet(net, bits, 'ipv6');

/** Whether an address (as resolved, never a name) is one of the public Internet. */
export function isPublicAddress(address: string): boolean {
  const kind = isIP(address);
  if (kind === 0) return false;
  // ::ffff:a.b.c.d is compared by the IPv4 rules (BlockList does it for us).
  return !inside.check(address, kind === 4 ? 'ipv4' : 'ipv6');
}
