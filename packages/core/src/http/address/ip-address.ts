/** An IP address as numbers: one word of 32 bits for IPv4, four of them for IPv6. */
export interface IpAddress {
  readonly version: 4 | 6
  readonly words: readonly number[]
}

/**
 * Reads an address in its usual form: IPv4 as four decimal numbers (never octal, hexadecimal or shortened), IPv6 as RFC 4291
 * 2.2 writes it, whose zone (`fe80::1%eth0`) does not count. An IPv4 address in the form of IPv6 (`::ffff:203.0.113.7`) is
 * that IPv4 address. Throws nothing, and looks at 64 characters at most.
 *
 * @returns undefined for anything else: with a port, with brackets, with blanks.
 */
export function parseIp(text: string): IpAddress | undefined {
  if (text.length > MOST_CHARACTERS) return undefined
  if (text.indexOf(':') === -1) {
    const word = ipv4Word(text)
    return word === undefined ? undefined : { version: 4, words: [word] }
  }
  const groups = groupsOf(text)
  if (groups === undefined) return undefined
  const words = [0, 2, 4, 6].map((n) => (((groups[n] ?? 0) << 16) | (groups[n + 1] ?? 0)) >>> 0)
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff
    ? { version: 4, words: words.slice(3) }
    : { version: 6, words }
}

/** The address as text: of IPv6 the form that RFC 5952 recommends, so that there is one for each address. */
export function formatIp({ version, words }: IpAddress): string {
  if (version === 4) return [24, 16, 8, 0].map((shift) => ((words[0] ?? 0) >>> shift) & 0xff).join('.')
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff])
  const { from, length } = longestZeros(groups)
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':')
  return length < 2 ? hex(groups) : `${hex(groups.slice(0, from))}::${hex(groups.slice(from + length))}`
}

/**
 * The IPv4 address that an IPv6 address stands for on its way: 6to4 (`2002::/16`, RFC 3056) and NAT64 with its well-known
 * prefix (`64:ff9b::/96`, RFC 6052). Who has the one has the other. Any other address is itself.
 */
export function embeddedIpv4(address: IpAddress): IpAddress {
  const [a = 0, b = 0, c = 0, d = 0] = address.words
  if (address.version === 4) return address
  if (a >>> 16 === 0x2002) return { version: 4, words: [((a << 16) | (b >>> 16)) >>> 0] }
  if (a === 0x0064ff9b && b === 0 && c === 0) return { version: 4, words: [d] }
  return address
}

/** The first address of the network of that many bits. */
export function maskIp({ version, words }: IpAddress, bits: number): IpAddress {
  return { version, words: words.map((word, n) => (word & maskOf(bits - 32 * n)) >>> 0) }
}

/** The longest text of an IPv6 address, 45 characters, and of a zone. */
const MOST_CHARACTERS = 64

/** The word that lets through the first `bits`: none for 0 and less, all for 32 and more. */
function maskOf(bits: number): number {
  if (bits <= 0) return 0
  return bits >= 32 ? 0xffffffff : -1 << (32 - bits)
}

/** The eight groups of an IPv6 address. */
function groupsOf(text: string): readonly number[] | undefined {
  const zone = text.indexOf('%')
  if (zone !== -1 && !ZONE.test(text.slice(zone + 1))) return undefined
  const address = zone === -1 ? text : text.slice(0, zone)
  const gap = address.indexOf('::')
  if (gap === -1) {
    const groups = groupsIn(address, true)
    return groups?.length === 8 ? groups : undefined
  }
  const before = groupsIn(address.slice(0, gap), false)
  const after = groupsIn(address.slice(gap + 2), true)
  if (before === undefined || after === undefined || before.length + after.length > 7) return undefined
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
}

/** @param atEnd whether the last part may be an IPv4 address. */
function groupsIn(text: string, atEnd: boolean): readonly number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [n, part] of parts.entries()) {
    if (atEnd && n === parts.length - 1 && part.includes('.')) {
      const word = ipv4Word(part)
      if (word === undefined) return undefined
      groups.push(word >>> 16, word & 0xffff)
    } else if (GROUP.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}

const GROUP = /^[0-9A-Fa-f]{1,4}$/
/** The name of one, as Node.js takes it. */
const ZONE = /^[0-9A-Za-z.:-]+$/

/** Four decimal numbers as one; without a pattern, since this is what most requests come with. */
function ipv4Word(text: string): number | undefined {
  let word = 0
  let at = 0
  for (let n = 0; n < 4; n++) {
    if (n > 0 && text.charCodeAt(at++) !== DOT) return undefined
    const first = at
    let octet = 0
    for (let digit = text.charCodeAt(at) - ZERO; digit >= 0 && digit <= 9; digit = text.charCodeAt(++at) - ZERO) {
      if (at > first && octet === 0) return undefined
      octet = 10 * octet + digit
      if (octet > 255) return undefined
    }
    if (at === first) return undefined
    word = ((word << 8) | octet) >>> 0
  }
  return at === text.length ? word : undefined
}

const DOT = 46
const ZERO = 48

/** The first of the longest runs of groups that are 0. */
function longestZeros(groups: readonly number[]): { readonly from: number; readonly length: number } {
  let longest = { from: 0, length: 0 }
  let length = 0
  for (const [n, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0
    if (length > longest.length) longest = { from: n - length + 1, length }
  }
  return longest
}
