import ipaddr from 'ipaddr.js';
import { ConfigurationError } from '../errors.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = readonly [Address, number];

/** Names for groups of ranges. */
const namedRanges: ReadonlyMap<string, readonly string[]> = new Map([
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']],
]);

// ipaddr.js also accepts `010.0.0.1` (octal, which means 8.0.0.1), `1` and `0x7f.1`. These are almost always mistakes.
const dottedQuad = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/**
 * Parse an address in its usual notation: four-part decimal IPv4, or IPv6. An IPv4-mapped address
 * (`::ffff:192.0.2.1`, which a dual-stack socket reports) counts as IPv4. Every other address that embeds IPv4
 * (IPv4-compatible `::192.0.2.1`, translated, 6to4, NAT64) stays IPv6, because it belongs to another host or to a
 * gateway. A zone (`%eth0`) is removed.
 */
function parseAddress(text: string): Address | undefined {
  if (dottedQuad.test(text)) return ipaddr.IPv4.parse(text);
  if (!text.includes(':')) return undefined;
  const hex = toHexGroups(text.replace(zone, ''));
  // ipaddr.js would accept a second zone.
  if (hex === undefined || hex.includes('%') || !ipaddr.IPv6.isValid(hex)) return undefined;
  const address = ipaddr.IPv6.parse(hex);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

const zone = /%[\w.~-]+$/;

/** Rewrite dotted IPv4 at the end of IPv6 in hex, because ipaddr.js reads `::127.0.0.1` as the IPv4-mapped address. */
function toHexGroups(text: string): string | undefined {
  if (!text.includes('.')) return text;
  const start = text.lastIndexOf(':') + 1;
  const quad = text.slice(start);
  if (!dottedQuad.test(quad)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = quad.split('.').map(Number);
  return `${text.slice(0, start)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

/** Return whether an address is on a list. */
export type AddressList = (address: string) => boolean;

/**
 * Read a list of addresses, CIDR ranges and the names `loopback` and `private`.
 * @throws ConfigurationError that names the option and the entry
 */
export function createAddressList(option: string, entries: readonly string[]): AddressList {
  const ranges = entries.flatMap((entry) =>
    (namedRanges.get(entry) ?? [entry]).map((text) => parseRange(option, text)),
  );
  return (text) => {
    const address = parseAddress(text);
    return address !== undefined && ranges.some((range) => contains(range, address));
  };
}

function contains([base, bits]: Range, address: Address): boolean {
  if (base instanceof ipaddr.IPv4) return address instanceof ipaddr.IPv4 && address.match(base, bits);
  return address instanceof ipaddr.IPv6 && address.match(base, bits);
}

function parseRange(option: string, entry: string): Range {
  const [text = '', bits, ...rest] = entry.split('/');
  const address = text.includes('%') ? undefined : parseAddress(text);
  if (address === undefined || rest.length > 0) {
    const names = [...namedRanges.keys()].join(', ');
    throw new ConfigurationError(
      option,
      `contains ${JSON.stringify(entry)}, which is not an address. Use four-part decimal IPv4 (192.0.2.1), IPv6 (2001:db8::1), a CIDR range (192.0.2.0/24) or one of: ${names}.`,
    );
  }
  const maxLength = address instanceof ipaddr.IPv4 ? 32 : 128;
  if (bits === undefined) return [address, maxLength];
  // The prefix length of an IPv4-mapped range counts IPv6 bits.
  const length = Number(bits) - (text.includes(':') && maxLength === 32 ? 96 : 0);
  if (!/^\d{1,3}$/.test(bits) || length < 0 || length > maxLength) {
    throw new ConfigurationError(
      option,
      `contains ${JSON.stringify(entry)}. The prefix length must be from 0 to ${maxLength}.`,
    );
  }
  return [address, length];
}

/**
 * Find the client's address. It is the socket's address, unless that is a trusted proxy. Then `X-Forwarded-For` is read
 * from the right, hop by hop, until a hop is not trusted. Entries that a client has forged are to the left of that hop, and
 * are ignored.
 * @returns `undefined` if the address is unknown, or if a hop is not an address
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  isTrusted: AddressList,
): string | undefined {
  if (peer === undefined || forwardedFor === undefined || !isTrusted(peer)) return peer;
  const hops = forwardedFor.split(',');
  let client = peer;
  for (let i = hops.length - 1; i >= 0; i--) {
    const hop = withoutPort((hops[i] ?? '').trim());
    if (parseAddress(hop) === undefined) return undefined;
    client = hop;
    if (!isTrusted(hop)) break;
  }
  return client;
}

/** Remove the port, because some proxies write `192.0.2.1:4711` or `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(hop);
  if (bracketed !== null) return bracketed[1] ?? '';
  return hop.replace(/^([\d.]+):\d+$/, '$1');
}

/** Return the canonical form of an address: IPv4 for an IPv4-mapped address. Other text is returned unchanged. */
export function normalAddress(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  // Node reports an IPv4 peer either as plain IPv4 or as an IPv4-mapped address.
  if (!text.includes(':')) return text;
  return parseAddress(text)?.toString() ?? text;
}

/** Return the key of a rate limiter: an IPv4 address, or an IPv6 /64, because a client can use every address in its /64. */
export function rateKey(text: string | undefined): string {
  const address = text === undefined ? undefined : parseAddress(text);
  if (address === undefined) return 'unknown';
  if (address instanceof ipaddr.IPv4) return address.toString();
  const network = new ipaddr.IPv6([...address.parts.slice(0, 4), 0, 0, 0, 0]);
  return `${network.toString()}/64`;
}
