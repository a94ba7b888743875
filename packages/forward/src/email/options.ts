import { ConfigurationError } from '@spiderfoot-webhooks/core';
import parseAddresses, { type MailboxAddress } from 'nodemailer/lib/addressparser';
import type { PolicyOptions } from '../attempts/policy-options.ts';
import type { AnyEvent } from '../forwarder.ts';
import { readBoolean, readInteger, rejectUnknown } from '../option-checks.ts';
import type { TlsOptions } from '../tls-options.ts';
import { parseUrl, socketHost, urlHost } from '../urls.ts';

/** A mail server. */
export interface SmtpServer {
  readonly host: string;
  /** @default 587, or 465 if `secure` is true */
  readonly port?: number;
  /** Use TLS from the first byte. If `false`, STARTTLS is required. @default true if `port` is 465 */
  readonly secure?: boolean;
  readonly username?: string;
  readonly password?: string;
}

export interface EmailOptions extends PolicyOptions {
  /**
   * The mail server, as a URL or as an object: `smtps://user:password@mail.example.com` (TLS from the first byte) or
   * `smtp://…` (STARTTLS).
   */
  readonly smtp: string | URL | SmtpServer;
  /** `SpiderFoot <spiderfoot@example.com>` */
  readonly from: string;
  readonly to: string | readonly string[];
  /**
   * Return your own subject. Characters that a subject cannot contain are removed.
   * @default the event and its target: `SpiderFoot Scan Completed: example.com`
   */
  readonly subject?: (event: AnyEvent) => string;
  /**
   * Send without TLS if the server does not offer it. **Others on the network can then read the events, the user name
   * and the password.**
   * @default false
   */
  readonly allowPlaintext?: boolean;
  readonly tls?: TlsOptions;
}

export const emailOptionNames = [
  'smtp',
  'from',
  'to',
  'subject',
  'allowPlaintext',
  'tls',
] as const satisfies readonly (keyof EmailOptions)[];

/** The checked server, with its defaults. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | undefined;
  /** `smtp://host:port`. The circuit breaker is per origin, and errors name its host. */
  readonly origin: string;
}

/** @throws ConfigurationError that never contains the password, or the URL, which can contain the password */
export function readServer(smtp: unknown): SmtpSettings {
  if (typeof smtp === 'string' || smtp instanceof URL) return readServer(partsOf(smtp));
  if (typeof smtp !== 'object' || smtp === null) {
    throw new ConfigurationError('smtp', 'is missing. Check that its environment variable is set.');
  }
  rejectUnknown(smtp, ['host', 'port', 'secure', 'username', 'password'], 'smtp.');
  const parts: { readonly [Name in keyof SmtpServer]?: unknown } = smtp;
  const { host, secure = parts.port === 465, username, password } = parts;
  if (typeof host !== 'string' || host === '') throw new ConfigurationError('smtp.host', 'is missing.');
  const isSecure = readBoolean('smtp.secure', secure);
  const port = readInteger('smtp.port', parts.port ?? (isSecure ? 465 : 587), 1, 65_535);
  const origin = `${isSecure ? 'smtps' : 'smtp'}://${urlHost(host)}:${port}`;
  if (!URL.canParse(origin))
    throw new ConfigurationError('smtp.host', 'must be a host name or an IP address.');
  return { host, port, secure: isSecure, auth: readAuth(username, password), origin };
}

function readAuth(username: unknown, password: unknown): SmtpSettings['auth'] {
  if (username === undefined && password === undefined) return undefined;
  return { user: readText('smtp.username', username), pass: readText('smtp.password', password) };
}

function partsOf(smtp: string | URL): SmtpServer {
  const url = parseUrl(smtp);
  if (url === undefined || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') {
    throw new ConfigurationError(
      'smtp',
      'must begin with smtps:// or smtp:// and contain a host, for example smtps://mail.example.com.',
    );
  }
  return {
    host: socketHost(url),
    secure: url.protocol === 'smtps:',
    ...(url.port !== '' && { port: Number(url.port) }),
    ...(url.username !== '' && { username: decoded(url.username), password: decoded(url.password) }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ConfigurationError(
      'smtp',
      'has a "%" in the user name or the password. In a URL, write it as "%25".',
    );
  }
}

function readText(option: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new ConfigurationError(option, 'is missing. Check that its environment variable is set.');
}

/**
 * @param max the maximum number of addresses
 * @throws ConfigurationError if a value is not an address
 */
export function readAddresses(option: string, value: unknown, max: number): MailboxAddress[] {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  const mailboxes = texts.flatMap((text) => mailboxesOf(text));
  if (mailboxes.length > 0 && mailboxes.length <= max && mailboxes.every(isComplete)) return mailboxes;
  throw new ConfigurationError(
    option,
    max === 1
      ? 'must be one address, for example "SpiderFoot <spiderfoot@example.com>".'
      : `must be an address, or a list of at most ${max} addresses.`,
  );
}

const noMailbox: MailboxAddress = { name: '', address: '' };

/** Control characters are rejected, because a line break would begin another header. */
function mailboxesOf(text: unknown): MailboxAddress[] {
  return typeof text === 'string' && !/\p{Cc}/u.test(text)
    ? parseAddresses(text, { flatten: true })
    : [noMailbox];
}

function isComplete({ address }: MailboxAddress): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(address);
}
