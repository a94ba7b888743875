import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigurationError } from '../errors.ts';
import type { DataSchemas } from '../events/schemas.ts';
import { ConfigFileError, codeOf } from './config-file-error.ts';
import { type EndpointConfig, readEndpoint } from './endpoint-config.ts';
import { type Ini, parseIni, type Section } from './ini.ts';
import { entryOf, interpolated } from './interpolate.ts';
import { type Field, readBoolean } from './read-values.ts';
import { checkKeys, type IgnoredKey, type Key } from './section-keys.ts';

/** What a configuration file says of webhooks. */
export interface Config<Schemas extends DataSchemas = Record<never, never>> {
  /** `enabled` of `[webhooks]`: whether SpiderFoot sends anything. @default true */
  readonly enabled: boolean;
  /** One for each receiver, in the order of the file. */
  readonly endpoints: readonly EndpointConfig<Schemas>[];
  /** Keys in these sections that only SpiderFoot, or nobody, knows: worth a line in the log. */
  readonly ignored: readonly IgnoredKey[];
}

export interface LoadConfigOptions<Schemas extends DataSchemas> {
  /** Your own zod schemas, as in `createReceiver`: `events` may then name their types. */
  readonly schemas?: Schemas;
}

/** A section that is about webhooks, by the name of its endpoint. */
interface Named {
  readonly name: string;
  readonly section: Section;
  readonly urlKey: 'url' | 'default_url';
}

/**
 * Read SpiderFoot's own configuration file, so that sender and receiver share one: `[webhooks]`, as the guide has it,
 * is the endpoint `default`, and each `[webhooks:NAME]` a further one. Read as Python's configparser reads it: a `%`
 * in a secret is written `%%`, and `[DEFAULT]` holds for every section.
 *
 * The result holds secrets: do not log it whole.
 * @param path a UTF-8 file
 * @throws ConfigFileError, a ConfigurationError, that names file, line and key, and never a value
 * @example
 * const { endpoints } = loadConfig('spiderfoot.ini');
 * for (const { path, options } of endpoints) {
 *   const receiver = createReceiver({ ...options, queue: store });
 *   receiver.onAny(handle);
 *   app.all(path, webhookHandler(receiver));
 * }
 * @see the guide, "Webhook Configuration"
 */
export function loadConfig<const Schemas extends DataSchemas = Record<never, never>>(
  path: string,
  { schemas }: LoadConfigOptions<Schemas> = {},
): Config<Schemas> {
  const ini = parseIni(readUtf8(path), path);
  const found = ini.sections.flatMap((section) => named(section, path) ?? []);
  const main = found.find(({ name }) => name === mainName)?.section;
  if (found.length === 0) throw fileError(path, 'has no section [webhooks].');

  const ignored = found.flatMap(({ section, urlKey }) => checkKeys(ini, section, urlKey, path));
  const endpoints: EndpointConfig<Schemas>[] = [];
  for (const { name, section, urlKey } of found) {
    const read = reader(ini, section, path);
    if (section === main && found.length > 1 && !isEndpoint(section)) continue;
    if (section !== main && !isOn(read('enabled'))) continue;
    // What SpiderFoot writes in the format of another service goes there, and not to a receiver of its events.
    if ((read('format')?.value ?? 'json') !== 'json') continue;
    const missing = (key: string, problem: string): never => {
      throw new ConfigFileError({ file: path, line: section.line, key }, problem);
    };
    const defaultPath = section === main ? '/webhook' : `/webhook/${name}`;
    const folder = dirname(resolve(path));
    const endpoint = readEndpoint({ name, read, urlKey, defaultPath, folder, missing, schemas });
    const twin = endpoints.find((other) => routeOf(other) === routeOf(endpoint));
    if (twin !== undefined) missing('path', `is that of the endpoint "${twin.name}" as well.`);
    endpoints.push(endpoint);
  }
  return { enabled: main === undefined || isOn(reader(ini, main, path)('enabled')), endpoints, ignored };
}

const mainName = 'default';

function named(section: Section, file: string): Named | undefined {
  if (section.name === 'webhooks') return { name: mainName, section, urlKey: 'default_url' };
  const name = /^webhooks:([\w.-]+)$/.exec(section.name)?.[1];
  if (name === mainName || (name === undefined && /^\s*webhooks?\b/i.test(section.name))) {
    throw new ConfigFileError(
      { file, line: section.line, key: undefined },
      'begins a section that is neither [webhooks] nor [webhooks:NAME], with a NAME of letters, digits and ".-_" that is not "default".',
    );
  }
  return name === undefined ? undefined : { name, section, urlKey: 'url' };
}

/** Whether `[webhooks]` says where it sends to, or only what holds beside `[webhooks:NAME]`. */
function isEndpoint({ entries }: Section): boolean {
  return ['default_url', 'path', 'secret', 'secret_file'].some((key) => entries.has(key));
}

/** A path as Express and Koa look at it: in any case, and with or without a slash at its end. */
function routeOf({ path }: { readonly path: string }): string {
  return path.toLowerCase().replace(/\/+$/, '');
}

function isOn(field: Field | undefined): boolean {
  return field === undefined || readBoolean(field);
}

function reader(ini: Ini, section: Section, file: string): (key: Key) => Field | undefined {
  return (key) => {
    const entry = entryOf(ini, section, key);
    if (entry === undefined) return undefined;
    return {
      value: interpolated(ini, section, entry, file),
      fail(problem) {
        throw new ConfigFileError({ file, line: entry.line, key }, problem);
      },
    };
  };
}

function fileError(file: string, problem: string): ConfigFileError {
  return new ConfigFileError({ file, line: undefined, key: undefined }, problem);
}

/** Bytes. Reading goes on for seconds in what was never meant to be read. */
const largestFile = 1_048_576;

function readUtf8(path: string): string {
  if (typeof path !== 'string' || path === '') throw new ConfigurationError('path', 'must name a file.');
  let bytes: Buffer;
  try {
    if (statSync(path).size > largestFile)
      throw fileError(path, 'is larger than a mebibyte: is it the right file?');
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof ConfigFileError) throw error;
    throw fileError(path, `cannot be read (${codeOf(error)}).`);
  }
  if (!isUtf8(bytes)) throw fileError(path, 'is not written in UTF-8.');
  return bytes.toString('utf8');
}
