import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createCatalogue } from '../events/catalogue.ts';
import type { DataSchemas } from '../events/schemas.ts';
import { didYouMean } from '../options/did-you-mean.ts';
import type { EventFilter, ReceiverOptions } from '../options/receiver-options.ts';
import { readProblem } from './config-file-error.ts';
import {
  type Field,
  readBoolean,
  readCount,
  readEntries,
  readKeepRejected,
  readList,
  readPath,
  readSeconds,
  readText,
  readUrl,
  readUrlPath,
} from './read-values.ts';
import type { Key } from './section-keys.ts';

/** SpiderFoot's own settings in a section. A setting is `undefined` if the section does not contain it. */
export interface SenderConfig {
  /** The key `default_url` of `[webhooks]`, or the key `url` of another section. */
  readonly url: string | undefined;
  readonly maxRetries: number | undefined;
  /** Seconds. */
  readonly retryDelay: number | undefined;
  readonly verifyTls: boolean | undefined;
  /** The path of a PEM file, as written in the section. */
  readonly caBundle: string | undefined;
  /** The path of a PEM file, as written in the section. */
  readonly clientCert: string | undefined;
  /** The path of a PEM file, as written in the section. */
  readonly clientKey: string | undefined;
}

/** One endpoint: SpiderFoot's settings for it, and the options of its receiver. */
export interface EndpointConfig<Schemas extends DataSchemas = Record<never, never>> {
  /** The receiver's `endpoint`: `default` for `[webhooks]`, or NAME for `[webhooks:NAME]`. */
  readonly name: string;
  /**
   * The path at which to mount the receiver: the key `path`, or the path of the sender's URL.
   * @default '/webhook' for `[webhooks]`, '/webhook/NAME' for `[webhooks:NAME]`
   */
  readonly path: string;
  /** The options for `createReceiver`. They contain the secret. */
  readonly options: ReceiverOptions<Schemas>;
  readonly sender: SenderConfig;
}

/** A section, for `readEndpoint`. */
export interface EndpointSource<Schemas extends DataSchemas> {
  readonly name: string;
  readonly read: (key: Key) => Field | undefined;
  readonly urlKey: 'url' | 'default_url';
  readonly defaultPath: string;
  /** The folder of the configuration file. A relative `secret_file` is resolved against it. */
  readonly folder: string;
  /** Throw an error about a missing key. */
  readonly missing: (key: Key, problem: string) => never;
  readonly schemas: Schemas | undefined;
}

export function readEndpoint<Schemas extends DataSchemas>(
  source: EndpointSource<Schemas>,
): EndpointConfig<Schemas> {
  const { name, read, urlKey, defaultPath, schemas } = source;
  const optional = <Value>(key: Key, readValue: (field: Field) => Value): Value | undefined => {
    const field = read(key);
    return field && readValue(field);
  };
  const url = optional(urlKey, readUrl);
  const events = optional('events', (field) => readEvents(field, schemas));
  const allowedIps = optional('allowed_ips', (field) => readEntries(field, 'allowedIps', anAddress));
  const trustedProxies = optional('trusted_proxies', (field) =>
    readEntries(field, 'trustedProxies', anAddress),
  );
  const signatureHeader = optional('signature_header', (field) =>
    readEntries(field, 'signatureHeader', 'a header name.'),
  );
  const tolerance = optional('tolerance', readSeconds);
  const keepRejected = optional('keep_rejected', readKeepRejected);
  return {
    name,
    path: optional('path', readPath) ?? optional(urlKey, readUrlPath) ?? defaultPath,
    options: {
      secret: readSecrets(source),
      endpoint: name,
      ...(events && { events }),
      ...(allowedIps && { allowedIps }),
      ...(trustedProxies && { trustedProxies }),
      ...(signatureHeader && { signatureHeader }),
      ...(tolerance && { tolerance }),
      ...(keepRejected !== undefined && { keepRejected }),
      ...(schemas && { schemas }),
    },
    sender: {
      url: url?.href,
      maxRetries: optional('max_retries', (field) => readCount(field, 'retries')),
      retryDelay: optional('retry_delay', (field) => readCount(field, 'seconds')),
      verifyTls: optional('verify_tls', readBoolean),
      caBundle: optional('ca_bundle', readText),
      clientCert: optional('client_cert', readText),
      clientKey: optional('client_key', readText),
    },
  };
}

const anAddress = 'an address. Use four-part decimal IPv4, IPv6, a CIDR range, or one of: loopback, private.';

function readEvents<Schemas extends DataSchemas>(
  field: Field,
  schemas: Schemas | undefined,
): 'all' | readonly EventFilter<NoInfer<Schemas>>[] {
  const { knows, selectors } = createCatalogue(schemas ?? {});
  const isFilter = (entry: string): entry is EventFilter<NoInfer<Schemas>> & string =>
    knows(entry) || knows(`${entry}.*`);
  return readList(field).map((entry, index) => {
    if (isFilter(entry)) return entry;
    return field.fail(`is invalid: entry ${index + 1} is not an event type.${didYouMean(entry, selectors)}`);
  });
}

/** Return the secret and the previous secrets. The sender knows only `secret`, and signs with it. */
function readSecrets<Schemas extends DataSchemas>({
  read,
  folder,
  missing,
}: EndpointSource<Schemas>): readonly string[] {
  const written = read('secret');
  const file = read('secret_file');
  const previous = read('previous_secret');
  if (written !== undefined && file !== undefined)
    file.fail('cannot be used with "secret". Remove one of them.');
  const current = file === undefined ? written && [readText(written)] : readSecretFile(file, folder);
  if (current === undefined) {
    return missing(
      'secret',
      'is missing. Set it to the secret that SpiderFoot signs with, or set "secret_file".',
    );
  }
  return previous === undefined ? current : [...current, readText(previous)];
}

/** Read a file with one secret per line: the current secret, then the previous ones. */
function readSecretFile(field: Field, folder: string): readonly string[] {
  const path = resolve(folder, readText(field));
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return field.fail(`names a file that ${readProblem(error)}`);
  }
  // Decoding invalid UTF-8 would change the secret, and no signature would ever match.
  if (!isUtf8(bytes)) field.fail('names a file that is not encoded in UTF-8.');
  const secrets = bytes
    .toString('utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '');
  if (secrets.length === 0) field.fail('names a file that is empty.');
  if (secrets.some((secret) => secret.trim() !== secret)) {
    field.fail('names a file with white space around a secret.');
  }
  return secrets;
}
