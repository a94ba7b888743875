import { ConfigurationError } from '@spiderfoot-webhooks/core';

/** The engine of a store. Each engine is a package of the kit. */
export type Engine = 'sqlite' | 'postgres' | 'bullmq';

const engines: ReadonlyMap<string, Engine> = new Map([
  ['postgres', 'postgres'],
  ['postgresql', 'postgres'],
  ['redis', 'bullmq'],
  ['rediss', 'bullmq'],
]);

/** A scheme has at least two characters, so that `C://data/webhooks.db` is a path. */
const leadingScheme = /^([a-z][a-z\d+.-]+):\/\//i;

const forms = 'the path of a SQLite file, a postgres:// URL or a redis:// URL';

/**
 * Return the engine of a location. The scheme of a URL decides. Text without a scheme is the path of a SQLite file.
 * @throws ConfigurationError. Its message does not repeat the location, which may contain a password
 */
export function engineOf(location: string): Engine {
  if (typeof location !== 'string' || location === '') {
    throw new ConfigurationError('store', `must be ${forms}.`);
  }
  if (location !== location.trim()) {
    throw new ConfigurationError('store', 'must not begin or end with white space.');
  }
  const scheme = leadingScheme.exec(location)?.[1]?.toLowerCase();
  if (scheme === undefined) return engineOfPath(location);
  const engine = engines.get(scheme);
  if (engine !== undefined) return engine;
  throw new ConfigurationError('store', `has the unknown scheme "${scheme}://". Use ${forms}.`);
}

/** With a mistyped URL such as `postgres:/app:password@host`, the name of a file would contain the password. */
function engineOfPath(path: string): Engine {
  const scheme = /^([a-z]+):/i.exec(path)?.[1]?.toLowerCase();
  if (scheme === undefined || !engines.has(scheme)) return 'sqlite';
  throw new ConfigurationError('store', `must begin with ${scheme}://, with two slashes.`);
}

/**
 * Return a location without its passwords, for messages. Of a URL that cannot be parsed, only the scheme is returned.
 * @example
 * printableLocation('postgres://app:s3cret@db.example.com/events'); // postgres://app:***@db.example.com/events
 */
export function printableLocation(location: string): string {
  const scheme = leadingScheme.exec(location)?.[1];
  if (scheme === undefined) return location;
  if (!URL.canParse(location)) return `${scheme}://…`;
  const url = new URL(location);
  if (url.password !== '') url.password = '***';
  for (const name of new Set(url.searchParams.keys())) {
    if (/pass|secret|token/i.test(name)) url.searchParams.set(name, '***');
  }
  return url.href;
}

const defaultPorts: Readonly<Record<Engine, string>> = { sqlite: '', postgres: '5432', bullmq: '6379' };

/** Return the host and the port of the server at a URL, for messages. */
export function serverOf(location: string): string {
  const { hostname, port, searchParams } = new URL(location);
  const host = searchParams.get('host') ?? (hostname === '' ? 'localhost' : hostname);
  if (host.startsWith('/')) return host;
  return `${host}:${port === '' ? defaultPorts[engineOf(location)] : port}`;
}
