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
  /** @default 587, and 465 where `secure` */
  readonly port?: number;
  /** TLS from the first byte; without it, STARTTLS is insisted upon. @default true for port 465 */
  readonly secure?: boolean;
  readonly username?: string;
  readonly password?: string;
}

export interface EmailOptions extends PolicyOptions {
  /** `smtps://user:password@mail.example.com` (TLS from the first byte), `smtp://…` (STARTTLS), or the same in parts. */
  readonly smtp: string | URL | SmtpServer;
  /** `SpiderFoot <spiderfoot@example.com>` */
  readonly from: string;
  readonly to: string | readonly string[];
  /** A subject of your own; what of it cannot stand in a subject is taken out. @default what has happened to what */
  readonly subject?: (event: AnyEvent) => string;
  /**
   * Sends without TLS where the server offers none. **Events, the user and the password then travel readable.**
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

/** A server, checked, with its defaults. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | undefined;
  /** `smtp://host:port`: what the circuit breaker goes by, and what errors name. */
  readonly origin: string;
}

/** @throws ConfigurationError that never says a password, nor the URL that may hold one */
export function readServer(smtp: unknown): SmtpSettings {
  if (typeof smtp === 'string' || smtp instanceof URL) return readServer(partsOf(smtp));
  if (typeof smtp !== 'object' || smtp === null) {
    throw new ConfigurationError('smtp', 'is missing. Is the environment variable set that it comes from?');
  }
  rejectUnknown(smtp, ['host', 'port', 'secure', 'username', 'password'], 'smtp.');
  const parts: { readonly [Name in keyof SmtpServer]?: unknown } = smtp;
  const { host, secure = parts.port === 465, username, password } = parts;
  if (typeof host !== 'string' || host === '') throw new ConfigurationError('smtp.host', 'is missing.');
  const isSecure = readBoolean('smtp.secure', secure);
  const port = readInteger('smtp.port', parts.port ?? (isSecure ? 465 : 587), 1, 65_535);
  const origin = `${isSecure ? 'smtps' : 'smtp'}://${urlHost(host)}:${port}`;
  if (!URL.canParse(origin)) throw new ConfigurationError('smtp.host', "is no host's name and no address.");
  return { host, port, secure: isSecure, auth: readAuth(username, password), origin };
}

function readAuth(username: unknown, password: unknown): SmtpSettings['auth'] {
  if (username === undefined && password === undefined) return undefined;
  return { user: readText('smtp.username', username), pass: readText('smtp.password', password) };
}

function partsOf(smtp: string | URL): SmtpServer {
  const url = parseUrl(smtp);
  if (url === undefined || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') {
    throw new ConfigurationError('smtp', 'must begin with smtps:// or smtp://, and name a host.');
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
    throw new ConfigurationError('smtp', 'has a user or a password with a "%" that has to be written "%25".');
  }
}

function readText(option: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new ConfigurationError(option, 'is missing. Is the environment variable set that it comes from?');
}

/**
 * @param most how many addresses there may be
 * @throws ConfigurationError for anything but addresses
 */
export function readAddresses(option: string, value: unknown, most: number): MailboxAddress[] {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  const mailboxes = texts.flatMap((text) => mailboxesOf(text));
  if (mailboxes.length > 0 && mailboxes.length <= most && mailboxes.every(isComplete)) return mailboxes;
  throw new ConfigurationError(
    option,
    most === 1
      ? 'must be one address, as in "SpiderFoot <spiderfoot@example.com>".'
      : `must be an address or a list of them, at most ${most}.`,
  );
}

const noMailbox: MailboxAddress = { name: '', address: '' };

/** A line break would begin another header. */
function mailboxesOf(text: unknown): MailboxAddress[] {
  return typeof text === 'string' && !/\p{Cc}/u.test(text)
    ? parseAddresses(text, { flatten: true })
    : [noMailbox];
}

function isComplete({ address }: MailboxAddress): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(address);
}
