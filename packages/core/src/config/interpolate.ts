import { ConfigFileError } from './config-file-error.ts';
import type { Entry, Ini, Section } from './ini.ts';

/** The maximum depth of references, as in Python. */
const maxDepth = 10;

/**
 * The maximum number of references that are followed for one value. Without it, values with ten references each, nested
 * ten deep, would cause ten billion steps.
 */
const maxReferences = 1000;

/** Return a key of a section, or else the same key of `[DEFAULT]`. */
export function entryOf({ defaults }: Ini, section: Section, key: string): Entry | undefined {
  return section.entries.get(key) ?? defaults.entries.get(key);
}

/**
 * Interpolate a value as Python's `BasicInterpolation` does: `%%` is a `%`, and `%(name)s` is the value of another key.
 * @throws ConfigFileError for any other `%`
 */
export function interpolated(ini: Ini, section: Section, { key, line, raw }: Entry, file: string): string {
  const fail = (problem: string): never => {
    throw new ConfigFileError({ file, line, key }, problem);
  };

  let references = 0;

  function interpolate(text: string, depth: number): string {
    if (depth > maxDepth) fail(`contains nested references that are more than ${maxDepth} deep.`);
    return text.replace(/%(?:%|\(([^)]+)\)s|)/g, (match, name: string | undefined) => {
      if (match === '%%') return '%';
      if (name === undefined)
        return fail('contains a single "%". Write it as "%%", as Python\'s configparser requires.');
      references += 1;
      if (references > maxReferences) fail(`contains more than ${maxReferences} references to keys.`);
      const other = entryOf(ini, section, name.toLowerCase());
      if (other === undefined)
        return fail('refers with "%(…)s" to a key that does not exist. Write a literal "%" as "%%".');
      return other.raw.includes('%') ? interpolate(other.raw, depth + 1) : other.raw;
    });
  }
  return interpolate(raw, 1);
}
