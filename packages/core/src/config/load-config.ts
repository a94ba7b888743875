import { dirname, resolve } from 'node:path';
import type { DataSchemas } from '../events/schemas.ts';
import { ConfigFileError, fileError } from './config-file-error.ts';
import { type EndpointConfig, readEndpoint } from './endpoint-config.ts';
import { type Ini, parseIni, type Section } from './ini.ts';
import { entryOf, interpolated } from './interpolate.ts';
import { readConfigFile } from './read-file.ts';
import { type Field, readBoolean } from './read-values.ts';
import { checkKeys, type IgnoredKey, type Key } from './section-keys.ts';

/** The webhook sections of a configuration file. */
export interface Config<Schemas extends DataSchemas = Record<never, never>> {
  /**
   * The key `enabled` of `[webhooks]`: whether SpiderFoot sends webhooks.
   * @default true
   */
  readonly enabled: boolean;
  /** One endpoint for each receiver, in the order of the file. */
  readonly endpoints: readonly EndpointConfig<Schemas>[];
  /** The keys in these sections that the receiver does not know. Log them, because one may be a mistake. */
  readonly ignored: readonly IgnoredKey[];
}

/** The options of {@link loadConfig}. */
export interface LoadConfigOptions<Schemas extends DataSchemas> {
  /** Your own zod schemas, as in `createReceiver`. The key `events` can then contain their types. */
  readonly schemas?: Schemas;
}

/** A webhook section and the name of its endpoint. */
interface Named {
  readonly name: string;
  readonly section: Section;
  readonly urlKey: 'url' | 'default_url';
}

/**
 * Read SpiderFoot's own configuration file, so that the sender and the receiver share one file. The section `[webhooks]`
 * is the endpoint `default`, and each section `[webhooks:NAME]` is another endpoint. Keys in `[DEFAULT]` apply to every
 * section. The file is read as Python's configparser reads it, so write a `%` in a secret as `%%`.
 *
 * The result contains secrets. Do not log it.
 * @param path the path of a UTF-8 file
 * @throws ConfigFileError (a ConfigurationError) that names the file, the line and the key, and never contains a value
 * @example
 * const { endpoints } = loadConfig('spiderfoot.ini');
 * for (const { path, options } of endpoints) {
 *   const receiver = createReceiver({ ...options, queue: store });
 *   receiver.onAny(handle);
 *   app.all(path, webhookHandler(receiver));
 * }
 * @see SpiderFoot's Webhook Integration Guide, "Webhook Configuration"
 */
export function loadConfig<const Schemas extends DataSchemas = Record<never, never>>(
  path: string,
  { schemas }: LoadConfigOptions<Schemas> = {},
): Config<Schemas> {
  const ini = parseIni(readConfigFile(path), path);
  const found = ini.sections.flatMap((section) => named(section, path) ?? []);
  const main = found.find(({ name }) => name === mainName)?.section;
  if (found.length === 0) throw fileError(path, 'has no section [webhooks].');

  const ignored = found.flatMap(({ section, urlKey }) => checkKeys(ini, section, urlKey, path));
  const endpoints: EndpointConfig<Schemas>[] = [];
  for (const { name, section, urlKey } of found) {
    const read = reader(ini, section, path);
    if (section === main && found.length > 1 && !isEndpoint(section)) continue;
    if (section !== main && !isOn(read('enabled'))) continue;
    // In other formats, SpiderFoot sends to another service instead of a receiver of its events.
    if ((read('format')?.value ?? 'json') !== 'json') continue;
    const missing = (key: string, problem: string): never => {
      throw new ConfigFileError({ file: path, line: section.line, key }, problem);
    };
    const defaultPath = section === main ? '/webhook' : `/webhook/${name}`;
    const folder = dirname(resolve(path));
    const endpoint = readEndpoint({ name, read, urlKey, defaultPath, folder, missing, schemas });
    const existing = endpoints.find((other) => routeOf(other) === routeOf(endpoint));
    if (existing !== undefined) {
      missing(
        'path',
        `is also the path of the endpoint "${existing.name}". Give each endpoint its own path.`,
      );
    }
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
      'begins a section with an invalid name. Use [webhooks] or [webhooks:NAME]. NAME must consist of letters, digits and ".-_", and must not be "default".',
    );
  }
  return name === undefined ? undefined : { name, section, urlKey: 'url' };
}

/** Return whether `[webhooks]` is an endpoint. If not, it contains only settings for the sections `[webhooks:NAME]`. */
function isEndpoint({ entries }: Section): boolean {
  return ['default_url', 'path', 'secret', 'secret_file'].some((key) => entries.has(key));
}

/** Normalize a path as Express and Koa do when they match it: they ignore case and a slash at the end. */
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
