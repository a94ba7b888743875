import { isIP } from 'node:net';
import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { type PolicyOptions, policyOptionNames, rejectUnknown } from '../attempts/policy-options.ts';
import { isPublic } from './public-address.ts';

/** For a target with a certificate of your own, or one that asks for yours. PEM, as in Node's `tls.connect`. */
export interface TlsOptions {
  /** Authorities to trust in place of the well-known ones. */
  readonly ca?: string | Buffer | (string | Buffer)[];
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly passphrase?: string;
  /** The name that the certificate has to bear, where it is not the URL's host. */
  readonly servername?: string;
}

/** How a target is spoken to over HTTP. The same for every HTTP forwarder. */
export interface TransportOptions extends PolicyOptions {
  /** Takes `http:` too. **Events and credentials then travel readable.** @default false */
  readonly allowHttp?: boolean;
  /**
   * The only hosts that are sent to, as they stand in a URL: `siem.example.com`, `siem.example.com:8088`. Required
   * where a URL is made from an event.
   * @default any
   */
  readonly allowedHosts?: readonly string[];
  /**
   * Whether a host may have an address that is not public: loopback, private, link-local (a cloud's metadata service).
   * Looked at when connecting, so that no name can be answered with another address later.
   * @default true, and false where a URL is made from an event
   */
  readonly allowPrivate?: boolean;
  readonly tls?: TlsOptions;
}

/** The names of the options that every HTTP forwarder hands on. */
export const transportOptionNames = [
  ...policyOptionNames,
  'allowHttp',
  'allowedHosts',
  'allowPrivate',
  'tls',
] as const satisfies readonly (keyof TransportOptions)[];

const tlsNames = [
  'ca',
  'cert',
  'key',
  'passphrase',
  'servername',
] as const satisfies readonly (keyof TlsOptions)[];

/** Where may be sent to. */
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
  for (const [option, value] of Object.entries({ allowHttp, allowPrivate })) {
    if (typeof value !== 'boolean') throw new ConfigurationError(option, 'must be true or false.');
  }
  return { allowHttp, allowPrivate, allowedHosts: readHosts(allowedHosts) };
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
      `has ${JSON.stringify(host)}, which is no host. Write it as in a URL: "siem.example.com" or "siem.example.com:8088".`,
    );
  });
}

/** @throws ConfigurationError */
export function readTls(tls: unknown): TlsOptions {
  if (tls === undefined) return {};
  if (typeof tls !== 'object' || tls === null) throw new ConfigurationError('tls', 'must be an object.');
  rejectUnknown(tls, tlsNames, 'tls.');
  return tls;
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/**
 * Read the URL of a target, at start-up.
 * @throws ConfigurationError that names the option, and never says the URL: it can be a secret, as Slack's is
 */
export function readUrl(option: string, value: unknown, options: TransportOptions): URL {
  const url = value instanceof URL ? value : typeof value === 'string' ? parseUrl(value) : undefined;
  if (url === undefined) {
    throw new ConfigurationError(option, 'is no URL. Is the environment variable set that it comes from?');
  }
  const problem = problemOf(url, readDestinations(options));
  if (problem === undefined) return url;
  throw new ConfigurationError(option, `${problem}.`);
}

/**
 * Headers that belong to the connection, and to the webhook: given by a user, each request would fail, or they would
 * be lost.
 */
const written: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'x-spiderfoot-signature',
]);

/**
 * Read further headers of the user's.
 * @returns them, with their names in lower case
 * @throws ConfigurationError, which never says a value: it can be a secret
 */
export function readHeaders(option: string, headers: unknown): Readonly<Record<string, string>> {
  if (typeof headers !== 'object' || headers === null) {
    throw new ConfigurationError(option, 'must be an object of names and values.');
  }
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]: [string, unknown]) => {
      if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
        throw new ConfigurationError(option, `has ${JSON.stringify(name)}, which is no header name.`);
      if (written.has(name.toLowerCase()))
        throw new ConfigurationError(`${option}.${name}`, 'is written by the forwarder itself.');
      if (typeof value !== 'string' || !/^[\t\x20-\x7e]*$/.test(value)) {
        throw new ConfigurationError(`${option}.${name}`, 'must be a string of printable ASCII.');
      }
      return [name.toLowerCase(), value];
    }),
  );
}

/** Why a URL must not be sent to, in a clause; `undefined` where it may. */
export function problemOf(
  url: URL,
  { allowHttp, allowedHosts, allowPrivate }: Destinations,
): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https://';
  if (url.protocol === 'http:' && !allowHttp) {
    return 'is http, which anybody on the way can read. Use https, or set "allowHttp: true"';
  }
  if (url.username !== '' || url.password !== '')
    return 'holds a user name or a password: it is no place for them';
  if (allowedHosts !== undefined && !allowedHosts.includes(url.host))
    return 'has a host that is not in "allowedHosts"';
  // A socket looks up names alone: an address that stands in the URL has to be looked at here.
  const address = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivate && isIP(address) !== 0 && !isPublic(address)) {
    return 'has an address that is not public: see "allowPrivate"';
  }
  return undefined;
}
