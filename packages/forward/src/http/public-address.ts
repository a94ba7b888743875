import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import ipaddr from 'ipaddr.js';
import { AttemptError } from '../errors/failure.ts';

/**
 * Return whether an address is on the public internet: not loopback, private, link-local or reserved. An IPv6 form of an
 * IPv4 address is checked as the IPv4 address.
 */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return parsed.range() === 'unicast' && !(parsed instanceof ipaddr.IPv6 && isCompatible(parsed));
}

/**
 * Return whether an address is an IPv4 address in an obsolete IPv6 form, such as `::127.0.0.1`. ipaddr.js treats it as
 * public.
 * @see RFC 4291, 2.5.5.1
 */
function isCompatible({ parts }: ipaddr.IPv6): boolean {
  return parts.slice(0, 6).every((part) => part === 0);
}

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/**
 * Look up a host for a socket, like Node's `lookup`, but fail if one of its addresses is not public. The check has to
 * use the addresses that the socket connects to: a DNS server could answer an earlier lookup with another address (DNS
 * rebinding).
 */
export function lookupPublic(host: string, options: LookupOptions, callback: LookupCallback): void {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    const [first, ...rest] = addresses;
    if (first === undefined || ![first, ...rest].every(({ address }) => isPublic(address))) {
      return callback(new AttemptError({ code: 'forbidden_address' }), []);
    }
    if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
}
