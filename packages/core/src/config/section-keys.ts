import { didYouMean } from '../options/did-you-mean.ts';
import { ConfigFileError } from './config-file-error.ts';
import type { Ini, Section } from './ini.ts';

/** The keys that this receiver uses. */
const receiverKeys = [
  'enabled',
  'path',
  'secret',
  'previous_secret',
  'secret_file',
  'events',
  'allowed_ips',
  'trusted_proxies',
  'signature_header',
  'tolerance',
  'keep_rejected',
] as const;

/** The keys that SpiderFoot uses and this receiver only reports. The key of the URL depends on the section. */
const senderKeys = [
  'format',
  'max_retries',
  'retry_delay',
  'verify_tls',
  'ca_bundle',
  'client_cert',
  'client_key',
] as const;

export type Key = (typeof receiverKeys)[number] | (typeof senderKeys)[number] | 'url' | 'default_url';

/** A key that the receiver does not know. It may be a key of SpiderFoot. */
export interface IgnoredKey {
  readonly section: string;
  readonly key: string;
  readonly line: number;
}

/**
 * Find the unknown keys of a section. An unknown key is not an error, because SpiderFoot has keys of its own, and newer
 * versions may have more. A misspelled key of the receiver is an error: `allowed_ip` instead of `allowed_ips` would
 * otherwise accept every client.
 * @returns the unknown keys
 * @throws ConfigFileError if a key is a misspelled key of the receiver
 */
export function checkKeys(
  ini: Ini,
  section: Section,
  urlKey: 'url' | 'default_url',
  file: string,
): IgnoredKey[] {
  const known: readonly string[] = [...receiverKeys, ...senderKeys, urlKey];
  const otherUrlKey = urlKey === 'url' ? 'default_url' : 'url';
  const ignored: IgnoredKey[] = [];
  for (const { key, line } of section.entries.values()) {
    if (known.includes(key)) continue;
    const fail = (problem: string): never => {
      throw new ConfigFileError({ file, line, key }, problem);
    };
    if (key === otherUrlKey) fail(`is not a key of [${section.name}]. Use "${urlKey}".`);
    failForTypo(key, fail);
    ignored.push({ section: section.name, key, line });
  }
  for (const { key, line } of ini.defaults.entries.values()) {
    if (known.includes(key) || key === otherUrlKey) continue;
    failForTypo(key, (problem) => {
      throw new ConfigFileError({ file, line, key }, problem);
    });
  }
  return ignored;
}

function failForTypo(key: string, fail: (problem: string) => never): void {
  const suggestion = didYouMean(key.replaceAll('-', '_'), receiverKeys);
  if (suggestion !== '') fail(`is not known.${suggestion}`);
}
