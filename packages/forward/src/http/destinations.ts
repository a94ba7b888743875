import { isIP } from 'node:net';
import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { readBoolean } from '../option-checks.ts';
import { parseUrl, socketHost } from '../urls.ts';
import { isPublic } from './public-address.ts';
import type { TransportOptions } from './transport-options.ts';

/** The rules for the URLs that a transport may send to. */
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
    throw new ConfigurationError('allowedHosts', 'must be a list of at least one host.');
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
 * @throws ConfigurationError that names the option. It never contains the URL, because a URL can be a secret, as for
 *   Slack.
 */
export function readUrl(option: string, value: unknown, options: TransportOptions): URL {
  const url = parseUrl(value);
  if (url === undefined) {
    throw new ConfigurationError(option, 'must be a URL. Check that its environment variable is set.');
  }
  const problem = problemOf(url, readDestinations(options));
  if (problem === undefined) return url;
  throw new ConfigurationError(option, `${problem}.`);
}

/** Return the reason why a URL is not allowed, as a clause. @returns `undefined` if the URL is allowed */
export function problemOf(
  url: URL,
  { allowHttp, allowedHosts, allowPrivate }: Destinations,
): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https://';
  if (url.protocol === 'http:' && !allowHttp) {
    return 'uses http, so others on the network can read the events. Use https, or set "allowHttp: true"';
  }
  if (url.username !== '' || url.password !== '')
    return 'contains a user name or a password, which are not sent. Remove them';
  if (allowedHosts !== undefined && !allowedHosts.includes(url.host))
    return 'has a host that is not in "allowedHosts". Add the host there, or change the URL';
  // The lookup of a socket checks names only, so an address in the URL is checked here.
  const address = socketHost(url);
  if (!allowPrivate && isIP(address) !== 0 && !isPublic(address)) {
    return 'has an address that is not public. To allow such addresses, set "allowPrivate: true"';
  }
  return undefined;
}
