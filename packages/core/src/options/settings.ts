import { createKey, type HmacKey } from '#hmac';
import { type AddressList, createAddressList } from '../checks/client-address.ts';
import type { RateLimiter } from '../checks/rate-limiter.ts';
import { spiderfootHeaders } from '../checks/signature-header.ts';
import { ConfigurationError } from '../errors.ts';
import { type Catalogue, createCatalogue } from '../events/catalogue.ts';
import type { DataSchemas } from '../events/schemas.ts';
import { type Logger, silentLogger } from '../reporting/logger.ts';
import { readSecret, type Secret } from '../signature/secret.ts';
import type { DeliveryLog } from '../stores/delivery-log.ts';
import type { DeliveryQueue } from '../stores/delivery-queue.ts';
import { defaultMaxBodySize } from './default-body-size.ts';
import { didYouMean } from './did-you-mean.ts';
import { readCount, readNumber } from './number-options.ts';
import type { ReceiverOptions } from './receiver-options.ts';
import { rejectUnknownOptions } from './unknown-options.ts';

/** The checked options of a receiver, with their defaults. */
export interface Settings {
  /** `undefined` if signature verification is disabled. */
  readonly keys: readonly HmacKey[] | undefined;
  /** Empty if signature verification is disabled. */
  readonly secrets: readonly Secret[];
  readonly endpoint: string;
  /** Return whether this endpoint accepts events of a type. The type is a canonical name. */
  readonly accepts: (type: string) => boolean;
  readonly signatureHeaders: readonly string[];
  readonly isAllowed: AddressList | undefined;
  readonly isTrusted: AddressList | undefined;
  readonly maxBodySize: number;
  readonly bodyTimeout: number;
  readonly handlerTimeout: number;
  readonly tolerance: number | undefined;
  readonly dedupeCacheSize: number;
  readonly rateLimiter: RateLimiter | undefined;
  readonly catalogue: Catalogue;
  readonly log: DeliveryLog | undefined;
  readonly queue: DeliveryQueue | undefined;
  /** The source of the deliveries that workers run: the queue, or a log that supports replay. */
  readonly workSource: Pick<DeliveryQueue, 'start'> | undefined;
  /** The number of rejected requests that the log keeps. */
  readonly keepRejected: number;
  readonly logger: Logger;
  readonly now: () => number;
}

const optionNames: readonly (keyof ReceiverOptions)[] = [
  'secret',
  'endpoint',
  'events',
  'signatureHeader',
  'allowedIps',
  'trustedProxies',
  'maxBodySize',
  'bodyTimeout',
  'handlerTimeout',
  'tolerance',
  'dedupeCacheSize',
  'rateLimiter',
  'schemas',
  'log',
  'queue',
  'keepRejected',
  'logger',
  'now',
];

/**
 * Check the options of a receiver, and fill in the defaults.
 * @throws ConfigurationError that names the option
 */
export function readOptions<Schemas extends DataSchemas>(options: ReceiverOptions<Schemas>): Settings {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError('secret', 'is missing. Call createReceiver({ secret }).');
  }
  rejectUnknownOptions(options, optionNames);
  const {
    secret,
    endpoint = 'default',
    events = 'all',
    signatureHeader = spiderfootHeaders,
    allowedIps,
    trustedProxies,
    maxBodySize = defaultMaxBodySize,
    bodyTimeout = 5000,
    handlerTimeout = options.queue === undefined ? 9000 : 300_000,
    tolerance,
    dedupeCacheSize = 10_000,
    rateLimiter,
    schemas,
    log,
    queue,
    keepRejected = 0,
    logger = silentLogger,
    now = Date.now,
  } = options;
  const catalogue = readSchemas(schemas);
  const checkedQueue = readPort('queue', queue, ['enqueue', 'start']);
  const checkedLog = readPort('log', log, ['record']) ?? (isLog(checkedQueue) ? checkedQueue : undefined);
  const secrets = readSecrets(secret);
  return {
    keys: secrets?.map(createKey),
    secrets: secrets ?? [],
    endpoint: readEndpoint(endpoint),
    accepts: readEvents(events, catalogue),
    signatureHeaders: readHeaderNames(signatureHeader),
    isAllowed: readAddresses('allowedIps', allowedIps),
    isTrusted: readAddresses('trustedProxies', trustedProxies),
    maxBodySize: readCount('maxBodySize', maxBodySize, 'bytes'),
    bodyTimeout: readNumber('bodyTimeout', bodyTimeout, 'milliseconds'),
    handlerTimeout: readNumber('handlerTimeout', handlerTimeout, 'milliseconds'),
    tolerance: tolerance === undefined ? undefined : readNumber('tolerance', tolerance, 'seconds'),
    dedupeCacheSize: readCount('dedupeCacheSize', dedupeCacheSize, 'deliveries'),
    rateLimiter: readPort('rateLimiter', rateLimiter, ['consume']),
    catalogue,
    log: checkedLog,
    queue: checkedQueue,
    workSource: checkedQueue ?? (canReplay(checkedLog) ? checkedLog : undefined),
    keepRejected: readKeepRejected(keepRejected, checkedLog),
    logger: readPort('logger', logger, ['debug', 'info', 'warn', 'error']) ?? silentLogger,
    now: readFunction('now', now),
  };
}

function readSecrets(secret: unknown): readonly Secret[] | undefined {
  if (secret === false) return undefined;
  if (secret === undefined || secret === null) {
    throw new ConfigurationError(
      'secret',
      "is missing. Pass the secret of SpiderFoot's [webhooks] section, and check that its environment variable is set. Set `secret: false` to accept unsigned deliveries.",
    );
  }
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret];
  if (secrets.length === 0) throw new ConfigurationError('secret', 'must not be an empty list.');
  return secrets.map(readSecret);
}

function readEvents(events: unknown, catalogue: Catalogue): (type: string) => boolean {
  if (events === 'all') return () => true;
  if (!Array.isArray(events) || events.length === 0) {
    throw new ConfigurationError('events', "must be 'all' or a non-empty list of event types.");
  }
  const selectors = events.flatMap((event: unknown) => {
    const name = typeof event === 'string' ? event : String(event);
    // In SpiderFoot's own filter, `scan` means `scan` and `scan.*`.
    if (catalogue.knows(`${name}.*`)) return [name, `${name}.*`];
    if (catalogue.knows(name)) return catalogue.canonical(name);
    throw new ConfigurationError(
      'events',
      `contains ${JSON.stringify(name)}, which is not a known event type.${didYouMean(name, catalogue.selectors)} To accept a type of your own, add its schema to "schemas".`,
    );
  });
  return (type) => selectors.some((selector) => catalogue.covers(selector, type));
}

function readSchemas(schemas: DataSchemas | undefined): Catalogue {
  if (schemas === undefined) return createCatalogue({});
  for (const [type, schema] of Object.entries(schemas)) {
    // A zod 3 schema has no `_zod`, and would throw at the first event.
    if (typeof schema?.safeParse === 'function' && '_zod' in schema) continue;
    throw new ConfigurationError(
      'schemas',
      `must have a zod 4 schema for ${JSON.stringify(type)}. Install zod 4 (npm install zod@4), and pass a schema such as z.object({ … }).`,
    );
  }
  return createCatalogue(schemas);
}

function readHeaderNames(names: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(names) ? names : [names];
  if (list.length === 0) throw new ConfigurationError('signatureHeader', 'must not be an empty list.');
  return list.map((name) => {
    if (typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(name)) return name.toLowerCase();
    throw new ConfigurationError(
      'signatureHeader',
      `contains ${JSON.stringify(name)}, which is not a header name.`,
    );
  });
}

function readAddresses(option: string, entries: unknown): AddressList | undefined {
  if (entries === undefined) return undefined;
  if (Array.isArray(entries) && entries.length > 0 && entries.every((entry) => typeof entry === 'string')) {
    return createAddressList(option, entries);
  }
  throw new ConfigurationError(
    option,
    'must be a non-empty list of addresses. Omit the option to disable it.',
  );
}

/** In stores, the name is part of keys, whose size is limited. An index of PostgreSQL allows 2,700 bytes. */
const longestEndpoint = 200;

function readEndpoint(value: unknown): string {
  if (typeof value === 'string' && value !== '' && value.length <= longestEndpoint) return value;
  const given = typeof value === 'string' ? ` (got ${value.length})` : '';
  throw new ConfigurationError('endpoint', `must be a string of 1 to ${longestEndpoint} characters${given}.`);
}

/** The requests that an endpoint can keep, at about 100 KiB each. */
export const mostRejected = 1000;

function readKeepRejected(value: unknown, log: DeliveryLog | undefined): number {
  const count = readCount('keepRejected', value, 'requests', 0, mostRejected);
  if (count === 0 || typeof log?.recordRejection === 'function') return count;
  throw new ConfigurationError(
    'keepRejected',
    'requires a store that keeps rejected requests. Pass a SQLite or PostgreSQL store as "log" or "queue".',
  );
}

function readFunction<F>(option: string, value: F): F {
  if (typeof value === 'function') return value;
  throw new ConfigurationError(option, 'must be a function.');
}

function isLog(store: object | undefined): store is DeliveryLog {
  return store !== undefined && 'record' in store && typeof store.record === 'function';
}

function canReplay(log: DeliveryLog | undefined): log is DeliveryLog & Pick<DeliveryQueue, 'start'> {
  return typeof log?.start === 'function';
}

/**
 * Check that an option is an object with the methods of its interface, and return it.
 * @throws ConfigurationError that names the option
 */
export function readPort<Port extends object>(
  option: string,
  port: Port | undefined,
  methods: readonly (keyof Port & string)[],
): Port | undefined {
  if (port === undefined) return undefined;
  for (const method of methods) {
    if (typeof port === 'object' && port !== null && typeof port[method] === 'function') continue;
    throw new ConfigurationError(
      option,
      `must be an object with ${methods.map((name) => `${name}()`).join(', ')}.`,
    );
  }
  return port;
}
