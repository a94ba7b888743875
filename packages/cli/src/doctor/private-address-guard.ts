import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Finding } from './finding.ts';

/**
 * The addresses that `_is_ssrf_target` of SpiderFoot's dispatcher blocks: those that Python's `ipaddress` classifies as
 * private, loopback, link-local or reserved. Each family has its own list, because Node would also match IPv4 addresses
 * with `::/8`.
 */
const blocked = {
  4: blockList('ipv4', [
    ...['0.0.0.0/8', '10.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
    ...[
      '192.0.2.0/24',
      '192.168.0.0/16',
      '198.18.0.0/15',
      '198.51.100.0/24',
      '203.0.113.0/24',
      '240.0.0.0/4',
    ],
    // A metadata service that SpiderFoot lists explicitly.
    '100.100.100.200/32',
  ]),
  6: blockList('ipv6', [
    ...['::/8', '100::/8', '200::/7', '400::/6', '800::/5', '1000::/4', '4000::/3', '6000::/3', '8000::/3'],
    ...['a000::/3', 'c000::/3', 'e000::/4', 'f000::/5', 'f800::/6', 'fc00::/7', 'fe00::/9', 'fe80::/10'],
    ...['64:ff9b:1::/48', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
  ]),
} as const;

const blockedHosts: readonly string[] = ['metadata.google.internal', 'metadata.goog'];

function blockList(family: 'ipv4' | 'ipv6', networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix = ''] = network.split('/');
    list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

/** Return whether SpiderFoot's dispatcher blocks this address. */
export function isBlocked(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  return family === 4 ? blocked[4].check(address, 'ipv4') : blocked[6].check(address, 'ipv6');
}

/**
 * Find out whether SpiderFoot's dispatcher would send to a URL. The result is at most a warning, because DNS may
 * resolve the host differently for SpiderFoot than for this machine.
 * @param timeout the time limit of the DNS lookup, in milliseconds
 */
export async function checkGuard(url: URL, timeout: number): Promise<Finding> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return guardFinding(host, isIP(host) === 0 ? await addressesOf(host, timeout) : [host]);
}

async function addressesOf(host: string, timeout: number): Promise<readonly string[]> {
  const controller = new AbortController();
  const late = sleep(timeout, [], { signal: controller.signal }).catch(() => []);
  const found = lookup(host, { all: true }).catch(() => []);
  const addresses = await Promise.race([found, late]);
  controller.abort();
  return addresses.map(({ address }) => address);
}

/** Check the addresses of a host. @param addresses empty if the host does not resolve */
export function guardFinding(host: string, addresses: readonly string[]): Finding {
  const address = addresses.find(isBlocked);
  if (addresses.length > 0 && address === undefined && !blockedHosts.includes(host)) {
    return { check: 'guard', verdict: 'ok', seen: `SpiderFoot sends to public addresses: ${addresses[0]}` };
  }
  const reason =
    addresses.length === 0
      ? `${host} does not resolve on this machine`
      : `${host}${address === undefined || address === host ? '' : ` resolves to ${address}, which`} is not public`;
  return {
    check: 'guard',
    verdict: 'warn',
    seen: `SpiderFoot does not send to this URL: ${reason}`,
    fix: 'SpiderFoot\'s dispatcher blocks loopback, private, link-local and reserved addresses, and names that do not resolve. It logs "URL blocked: resolves to internal/private address". Use a URL with a public address, such as that of a reverse proxy. SpiderFoot\'s notification channel (SF_NOTIFY_WEBHOOK_URL) does not block addresses.',
  };
}
