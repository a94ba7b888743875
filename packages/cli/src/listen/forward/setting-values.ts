import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseDuration } from '@spiderfoot-webhooks/core/config/values';
import type { TargetKey } from './target-kinds.ts';
import type { TargetSettings } from './target-settings.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Return a value that can be given as `env:VARIABLE` or `@FILE`, which keeps it out of the list of processes.
 * @returns `undefined` if the key is not set
 */
export function referredValue(settings: TargetSettings, key: TargetKey, env: Variables): string | undefined {
  const text = settings.get(key);
  if (text?.startsWith('env:')) {
    const variable = text.slice('env:'.length);
    // Someone may have written the secret here instead of the name.
    const named = /^[A-Z][A-Z0-9_]*$/.test(variable) ? `the variable ${variable}` : 'a variable';
    return env[variable] || settings.fail(key, `names ${named}, which is not set.`);
  }
  return text?.startsWith('@') ? readText(settings, key, text.slice(1)).trim() : text;
}

/**
 * Return a secret, which must be `env:VARIABLE` or `@FILE`.
 * @param variable the variable that is used if the key is not set
 */
export function secretValue(
  settings: TargetSettings,
  key: TargetKey,
  env: Variables,
  variable?: string,
): string {
  const text = settings.get(key) ?? (variable && `env:${variable}`);
  if (text === undefined) return settings.fail(key, 'is missing. Set it to env:VARIABLE or @FILE.');
  if (!/^(?:env:|@)./.test(text)) {
    return settings.fail(
      key,
      'must be env:VARIABLE or @FILE, so that the secret is in neither the list of processes nor the configuration file.',
    );
  }
  const found = referredValue({ ...settings, get: () => text }, key, env);
  return found || settings.fail(key, 'is empty.');
}

export function requiredValue(settings: TargetSettings, key: TargetKey): string {
  return settings.get(key) ?? settings.fail(key, 'is missing.');
}

/** Return a duration in milliseconds. */
export function durationValue(settings: TargetSettings, key: TargetKey, most: number): number | undefined {
  const text = settings.get(key);
  if (text === undefined) return undefined;
  const duration = parseDuration(text);
  if (duration !== undefined && duration >= 1 && duration <= most) return Math.round(duration);
  return settings.fail(key, `must be a duration such as 500ms or 5s, at most ${most / 1000}s.`);
}

export function numberValue(settings: TargetSettings, key: TargetKey): number | undefined {
  const text = settings.get(key);
  if (text === undefined) return undefined;
  return /^\d{1,9}$/.test(text) ? Number(text) : settings.fail(key, 'must be a whole number.');
}

/** Return the certificate authorities in the file that the key `ca` names. */
export function tlsValue(settings: TargetSettings): { readonly tls?: { readonly ca: string } } {
  const path = settings.get('ca');
  return path === undefined ? {} : { tls: { ca: readText(settings, 'ca', path) } };
}

function readText(settings: TargetSettings, key: TargetKey, path: string): string {
  try {
    return readFileSync(resolve(settings.folder, path), 'utf8');
  } catch {
    return settings.fail(
      key,
      `names the file ${path}, which cannot be read. Check the path and its permissions.`,
    );
  }
}
