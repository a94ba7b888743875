import { isIP } from 'node:net';
import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { readBoolean } from '../option-checks.ts';
import { parseUrl, socketHost } from '../urls.ts';
import { isPublic } from './public-address.ts';
import type { TransportOptions } from './transport-options.ts';

/** The URLs that a transport may send to. */
export interface Destinations {
  readonly allowHttp: boolean;
  readonly allowedHosts: readonly string[] | undefined;
  readonly allowPrivate: boolean;
}

/** @throws ConfigurationError that names the option */
export function readDestinations({
  allowHttp = false,
  allowedHosts,
  allowPrivate = true,
}: TransportOptions): Destinations {
  return {
    allowHttp: readBoolean('allowHttp', allowHttp),
    allowPrivate: readBoolean('allowPrivate', allowPrivate),
    allowedHosts: readHosts(allowedHosts),
  };
}

function readHosts(hosts: unknown): readonly string[] | undefined {
  if (hosts === undefined) return undefined;
  if (!Array.isArray(hosts) || hosts.length === 0) {
    throw new ConfigurationError('allowedHosts', 'must be a list of hosts that is not empty.');
  }
  return hosts.map((host: unknown) => {
    const url = typeof host === 'string' ? parseUrl(`https://${host}`) : undefined;
    if (url !== undefined && url.host === String(host).toLowerCase()) return url.host;
    throw new ConfigurationError(
      'allowedHosts',
      `has ${JSON.stringify(host)}, which is not a host. Write it as in a URL: "siem.example.com" or "siem.example.com:8088".`,
    );
  });
}

/**
 * Read the URL of a target at startup.
 * @throws ConfigurationError that names the option. It never contains the URL, which can be a secret as Slack's is.
 */
export function readUrl(option: string, value: unknown, options: TransportOptions): URL {
  const url = parseUrl(value);
  if (url === undefined) {
    throw new ConfigurationError(option, 'is not a URL. Check that its environment variable is set.');
  }
  const problem = problemOf(url, readDestinations(options));
  if (problem === undefined) return url;
  throw new ConfigurationError(option, `${problem}.`);
}

/** Why a URL is not allowed, as a clause; `undefined` if it is allowed. */
export function problemOf(
  url: URL,
  { allowHttp, allowedHosts, allowPrivate }: Destinations,
): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https://';
  if (url.protocol === 'http:' && !allowHttp) {
    return 'is http, which others on the network can read. Use https, or set "allowHttp: true"';
  }
  if (url.username !== '' || url.password !== '')
    return 'contains a user name or a password, which are not sent. Remove them';
  if (allowedHosts !== undefined && !allowedHosts.includes(url.host))
    return 'has a host that is not in "allowedHosts"';
  // The lookup of a socket checks names only, so an address in the URL is checked here.
  const address = socketHost(url);
  if (!allowPrivate && isIP(address) !== 0 && !isPublic(address)) {
    return 'has an address that is not public: see "allowPrivate"';
  }
  return undefined;
}
