import { BlockList, isIP } from 'node:net'

/**
 * What is not of the public Internet (https://www.iana.org/assignments/iana-ipv4-special-registry, and -ipv6-). Two lists: one list takes
 * every IPv4 address for its IPv4-mapped form, which stands in `::/3`.
 */
const [privateIpv4, privateIpv6] = [new BlockList(), new BlockList()]
for (const [net, prefix] of [
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
  ['224.0.0.0', 3],
] as const)
  privateIpv4.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of [
  // Of IPv6 only 2000::/3 is given out.
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001:2::', 48],
  ['2001:db8::', 32],
  ['3fff::', 20],
] as const)
  privateIpv6.addSubnet(net, prefix, 'ipv6')

/** Whether an IP address is not public, or leads to one that is not. @param address IPv4, or IPv6 without brackets. */
export function isPrivate(address: string): boolean {
  const plain = address.replace(/%.*$/, '')
  if (isIP(plain) !== 6) return privateIpv4.check(plain, 'ipv4')
  const inside = ipv4Inside(plain)
  return inside.length > 0 ? inside.some(isPrivate) : privateIpv6.check(plain, 'ipv6')
}

/**
 * The IPv4 addresses to which an IPv6 address leads: of an IPv4-mapped one (RFC 4291), and of those that translators and tunnels take: NAT64
 * (RFC 6052), 6to4 (RFC 3056), and Teredo (RFC 4380), which has that of its server, and its own with the bits turned over.
 */
function ipv4Inside(address: string): string[] {
  const groups = groupsOf(address)
  const at = (index: number, mask = 0) =>
    [groups[index] ?? 0, groups[index + 1] ?? 0]
      .map((group) => group ^ mask)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.')
  const startsWith = (...start: number[]) => start.every((group, index) => groups[index] === group)
  if (startsWith(0, 0, 0, 0, 0, 0xffff)) return [at(6)]
  if (startsWith(0x64, 0xff9b, 0, 0, 0, 0)) return [at(6)]
  if (startsWith(0x2002)) return [at(1)]
  if (startsWith(0x2001, 0)) return [at(2), at(6, 0xffff)]
  return []
}

/** The eight groups of 16 bits. The last two may be written as IPv4. */
function groupsOf(address: string): number[] {
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...[a, b, c, d]: string[]) =>
    [256 * Number(a) + Number(b), 256 * Number(c) + Number(d)].map((group) => group.toString(16)).join(':'),
  )
  const [left = [], right = []] = hex
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''))
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16))
}
