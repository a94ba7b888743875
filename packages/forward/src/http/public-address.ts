import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import ipaddr from 'ipaddr.js';
import { AttemptError } from '../errors/failure.ts';

/** Whether an address is one of the public internet's: not loopback, private, link-local, reserved, or one of these in disguise. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return parsed.range() === 'unicast' && !(parsed instanceof ipaddr.IPv6 && isCompatible(parsed));
}

/** `::127.0.0.1`, an obsolete way to write IPv4, which ipaddr.js takes for public: RFC 4291, 2.5.5.1. */
function isCompatible({ parts }: ipaddr.IPv6): boolean {
  return parts.slice(0, 6).every((part) => part === 0);
}

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/**
 * Node's `lookup` for a socket, that finds public addresses alone. What a name resolves to is checked here, at the moment
 * of connecting: a check before that could be answered with another address than the connection (DNS rebinding).
 */
export function lookupPublic(host: string, options: LookupOptions, found: Found): void {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return found(error, []);
    const [first, ...rest] = addresses;
    if (first === undefined || ![first, ...rest].every(({ address }) => isPublic(address))) {
      return found(new AttemptError({ code: 'forbidden_address' }), []);
    }
    if (options.all) found(null, addresses);
    else found(null, first.address, first.family);
  });
}
