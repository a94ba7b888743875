import { ConfigFileError } from './config-file-error.ts';
import type { Entry, Ini, Section } from './ini.ts';

/** How deep Python follows. */
const deepest = 10;

/** References that are followed for one value: ten to a line, ten lines deep, would be ten thousand million. */
const mostReferences = 1000;

/** A key of a section, or what `[DEFAULT]` has for it. */
export function entryOf({ defaults }: Ini, section: Section, key: string): Entry | undefined {
  return section.entries.get(key) ?? defaults.entries.get(key);
}

/**
 * A key's value as Python's `BasicInterpolation` gives it: `%%` is a `%`, and `%(name)s` the value of another key.
 * @throws ConfigFileError for any other `%`
 */
export function interpolated(ini: Ini, section: Section, { key, line, raw }: Entry, file: string): string {
  const fail = (problem: string): never => {
    throw new ConfigFileError({ file, line, key }, problem);
  };

  let references = 0;

  function interpolate(text: string, depth: number): string {
    if (depth > deepest) fail(`refers to keys that refer to keys, more than ${deepest} deep.`);
    return text.replace(/%(?:%|\(([^)]+)\)s|)/g, (match, name: string | undefined) => {
      if (match === '%%') return '%';
      if (name === undefined)
        return fail('has a single "%". Write it as "%%", as Python\'s configparser wants it.');
      references += 1;
      if (references > mostReferences) fail(`refers to more than ${mostReferences} keys.`);
      const other = entryOf(ini, section, name.toLowerCase());
      if (other === undefined)
        return fail('refers by "%(…)s" to a key that is not there. A "%" that stands for itself is "%%".');
      return other.raw.includes('%') ? interpolate(other.raw, depth + 1) : other.raw;
    });
  }
  return interpolate(raw, 1);
}
