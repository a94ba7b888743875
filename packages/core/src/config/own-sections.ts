import { dirname, resolve } from 'node:path';
import { ConfigFileError } from './config-file-error.ts';
import { type Ini, parseIni, type Section } from './ini.ts';
import { interpolated } from './interpolate.ts';
import { readConfigFile } from './read-file.ts';

/** A section that belongs to your program. */
export interface OwnSection {
  /** NAME in `[PREFIX:NAME]`. `undefined` for `[PREFIX]`. */
  readonly name: string | undefined;
  /** The folder of the file, for paths that are relative to it. */
  readonly folder: string;
  /** The values by key, in the order of the file. Keys are in lowercase. */
  readonly values: ReadonlyMap<string, string>;
  /**
   * Throw a {@link ConfigFileError} that names the line of the key, or of the section if it does not contain the key.
   * @param problem continues the sentence `Option "KEY" in FILE, line 7,`. Do not quote a value that can be a secret
   */
  fail(key: string, problem: string): never;
}

/**
 * Read sections of your own, `[PREFIX]` and `[PREFIX:NAME]`, from SpiderFoot's configuration file. SpiderFoot ignores
 * them. The syntax is that of {@link loadConfig}, but keys of `[DEFAULT]` do not apply: a `secret` for all webhooks is not
 * a secret of your program. A value can refer to them with `%(key)s`.
 * @throws ConfigFileError if the file is invalid, or if the name of a section resembles the prefix
 * @example
 * for (const { name, values, fail } of loadOwnSections('spiderfoot.ini', 'forward')) {
 *   if (!values.has('url')) fail('url', 'is missing.');
 *   console.log(name);
 * }
 */
export function loadOwnSections(path: string, prefix: string): readonly OwnSection[] {
  const ini = parseIni(readConfigFile(path), path);
  return ini.sections.flatMap((section) => {
    const name = nameIn(section, prefix, path);
    return name === undefined ? [] : [ownSection(ini, section, name || undefined, path)];
  });
}

/** Return NAME, or an empty text for `[PREFIX]`. @returns `undefined` for another section */
function nameIn({ name, line }: Section, prefix: string, file: string): string | undefined {
  if (name === prefix) return '';
  const [begin, own] = name.split(/:(.*)/s);
  if (begin === prefix && own !== undefined && /^[\w.-]+$/.test(own)) return own;
  if (!resembles(name, prefix)) return undefined;
  throw new ConfigFileError(
    { file, line, key: undefined },
    `begins a section with an invalid name. Use [${prefix}] or [${prefix}:NAME]. NAME must consist of letters, digits and ".-_".`,
  );
}

/** Return whether a name is a misspelled prefix, such as `Forward x`. It would otherwise be left to SpiderFoot silently. */
function resembles(name: string, prefix: string): boolean {
  const text = name.trim().toLowerCase();
  return text.startsWith(prefix) && !/^[a-z\d_]/.test(text.slice(prefix.length).replace(/^s/, ''));
}

function ownSection(ini: Ini, section: Section, name: string | undefined, file: string): OwnSection {
  const entries = [...section.entries.values()];
  return {
    name,
    folder: dirname(resolve(file)),
    values: new Map(entries.map((entry) => [entry.key, interpolated(ini, section, entry, file)])),
    fail(key, problem) {
      const line = section.entries.get(key)?.line ?? section.line;
      throw new ConfigFileError({ file, line, key }, problem);
    },
  };
}
