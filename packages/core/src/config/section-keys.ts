import { didYouMean } from '../options/did-you-mean.ts';
import { ConfigFileError } from './config-file-error.ts';
import type { Ini, Section } from './ini.ts';

/** What this receiver acts on. */
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
] as const;

/** What SpiderFoot acts on, and this receiver only reports; the URL's key depends on the section. */
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

/** A key that is left to SpiderFoot. */
export interface IgnoredKey {
  readonly section: string;
  readonly key: string;
  readonly line: number;
}

/**
 * SpiderFoot has keys of its own, and newer versions have more, so a key that is not known is no error. One that is
 * nearly a key of the receiver's is: who writes `allowed_ip` would otherwise let everybody in.
 * @returns the keys that are left to SpiderFoot
 * @throws ConfigFileError
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
    if (key === otherUrlKey) fail(`is not a key of [${section.name}]: here it is "${urlKey}".`);
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
  const meant = didYouMean(key.replaceAll('-', '_'), receiverKeys);
  if (meant !== '') fail(`is not known.${meant}`);
}
