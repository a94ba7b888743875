import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createCatalogue } from '../events/catalogue.ts';
import type { DataSchemas } from '../events/schemas.ts';
import { didYouMean } from '../options/did-you-mean.ts';
import type { EventFilter, ReceiverOptions } from '../options/receiver-options.ts';
import { codeOf } from './config-file-error.ts';
import {
  type Field,
  readBoolean,
  readCount,
  readEntries,
  readList,
  readPath,
  readSeconds,
  readText,
  readUrl,
  readUrlPath,
} from './read-values.ts';
import type { Key } from './section-keys.ts';

/** What SpiderFoot does, as far as its section says. `undefined` where that is left to its defaults. */
export interface SenderConfig {
  /** `default_url` of `[webhooks]`, `url` of the others. */
  readonly url: string | undefined;
  readonly maxRetries: number | undefined;
  /** Seconds. */
  readonly retryDelay: number | undefined;
  readonly verifyTls: boolean | undefined;
  /** Files, as they are written: PEM. */
  readonly caBundle: string | undefined;
  readonly clientCert: string | undefined;
  readonly clientKey: string | undefined;
}

/** One endpoint: what SpiderFoot sends to, and the receiver that takes it. */
export interface EndpointConfig<Schemas extends DataSchemas = Record<never, never>> {
  /** `default` of `[webhooks]`, else the section's name; also the receiver's `endpoint`. */
  readonly name: string;
  /** Where to mount the receiver: `path`, or that of the sender's URL. @default '/webhook', '/webhook/NAME' */
  readonly path: string;
  /** For `createReceiver`. It holds the secret. */
  readonly options: ReceiverOptions<Schemas>;
  readonly sender: SenderConfig;
}

/** A section as `readEndpoint` sees it. */
export interface EndpointSource<Schemas extends DataSchemas> {
  readonly name: string;
  readonly read: (key: Key) => Field | undefined;
  readonly urlKey: 'url' | 'default_url';
  readonly defaultPath: string;
  /** That of the file: what `secret_file` is relative to. */
  readonly folder: string;
  /** Complains of a key that is not there. */
  readonly missing: (key: Key, problem: string) => never;
  readonly schemas: Schemas | undefined;
}

export function readEndpoint<Schemas extends DataSchemas>(
  source: EndpointSource<Schemas>,
): EndpointConfig<Schemas> {
  const { name, read, urlKey, defaultPath, schemas } = source;
  const given = <Value>(key: Key, readValue: (field: Field) => Value): Value | undefined => {
    const field = read(key);
    return field && readValue(field);
  };
  const url = given(urlKey, readUrl);
  const events = given('events', (field) => readEvents(field, schemas));
  const allowedIps = given('allowed_ips', (field) => readEntries(field, 'allowedIps', anAddress));
  const trustedProxies = given('trusted_proxies', (field) => readEntries(field, 'trustedProxies', anAddress));
  const signatureHeader = given('signature_header', (field) =>
    readEntries(field, 'signatureHeader', 'header name.'),
  );
  const tolerance = given('tolerance', readSeconds);
  return {
    name,
    path: given('path', readPath) ?? given(urlKey, readUrlPath) ?? defaultPath,
    options: {
      secret: readSecrets(source),
      endpoint: name,
      ...(events && { events }),
      ...(allowedIps && { allowedIps }),
      ...(trustedProxies && { trustedProxies }),
      ...(signatureHeader && { signatureHeader }),
      ...(tolerance && { tolerance }),
      ...(schemas && { schemas }),
    },
    sender: {
      url: url?.href,
      maxRetries: given('max_retries', (field) => readCount(field, 'tries')),
      retryDelay: given('retry_delay', (field) => readCount(field, 'seconds')),
      verifyTls: given('verify_tls', readBoolean),
      caBundle: given('ca_bundle', readText),
      clientCert: given('client_cert', readText),
      clientKey: given('client_key', readText),
    },
  };
}

const anAddress = 'address. Write four-part decimal IPv4, IPv6, a CIDR range, or one of: loopback, private.';

function readEvents<Schemas extends DataSchemas>(
  field: Field,
  schemas: Schemas | undefined,
): 'all' | readonly EventFilter<NoInfer<Schemas>>[] {
  const { knows, selectors } = createCatalogue(schemas ?? {});
  const isFilter = (entry: string): entry is EventFilter<NoInfer<Schemas>> & string =>
    knows(entry) || knows(`${entry}.*`);
  return readList(field).map((entry, index) => {
    if (isFilter(entry)) return entry;
    return field.fail(`is wrong: its entry ${index + 1} is no event type.${didYouMean(entry, selectors)}`);
  });
}

/** The secret, and those before it. The sender knows `secret` alone, and signs with it. */
function readSecrets<Schemas extends DataSchemas>({
  read,
  folder,
  missing,
}: EndpointSource<Schemas>): readonly string[] {
  const written = read('secret');
  const file = read('secret_file');
  const previous = read('previous_secret');
  if (written !== undefined && file !== undefined) file.fail('stands beside "secret". Keep one of the two.');
  const current = file === undefined ? written && [readText(written)] : readSecretFile(file, folder);
  if (current === undefined) {
    return missing(
      'secret',
      'is missing. Give each endpoint the secret that SpiderFoot signs with, or a "secret_file".',
    );
  }
  return previous === undefined ? current : [...current, readText(previous)];
}

/** A secret to a line: the first is in use, the others are those before it. */
function readSecretFile(field: Field, folder: string): readonly string[] {
  const path = resolve(folder, readText(field));
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return field.fail(`names a file that cannot be read (${codeOf(error)}).`);
  }
  // Decoded, it would be another secret than the sender's, and no signature would ever match.
  if (!isUtf8(bytes)) field.fail('names a file that is not written in UTF-8.');
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
