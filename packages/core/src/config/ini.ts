import { ConfigFileError } from './config-file-error.ts';

/** One key of a section. */
export interface Entry {
  /** The key, in lowercase. */
  readonly key: string;
  /** The value before interpolation. The lines of a value with several lines are joined by newlines. */
  readonly raw: string;
  /** The line number of the key, starting with 1. */
  readonly line: number;
}

export interface Section {
  readonly name: string;
  /** The number of the section's first line, starting with 1. */
  readonly line: number;
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface Ini {
  /** The section `[DEFAULT]`, whose keys apply to every section. */
  readonly defaults: Section;
  readonly sections: readonly Section[];
}

/** A section that is being read. */
interface OpenSection extends Section {
  readonly entries: Map<string, Entry>;
}

/** A value whose lines are being read. */
interface OpenValue {
  readonly section: OpenSection;
  readonly key: string;
  readonly line: number;
  readonly lines: string[];
}

/**
 * Read an INI file exactly as Python's `configparser.ConfigParser()` does, because SpiderFoot reads the same file with it:
 * `=` or `:`, comment lines that begin with `#` or `;`, case-insensitive keys, values that continue on indented lines, and
 * `[DEFAULT]`. A duplicate section or key is an error.
 * @param file the name of the file, for errors
 * @throws ConfigFileError
 * @see https://docs.python.org/3/library/configparser.html
 */
export function parseIni(text: string, file: string): Ini {
  const fail = (line: number, problem: string, key?: string): never => {
    throw new ConfigFileError({ file, line, key }, problem);
  };
  const defaults: OpenSection = { name: 'DEFAULT', line: 1, entries: new Map() };
  const sections = new Map<string, OpenSection>();
  let section: OpenSection | undefined;
  let value: OpenValue | undefined;
  /** The indentation of the last section or key. A line that is indented further continues its value. */
  let margin = 0;

  for (const [index, written] of text.split(/\r\n|\n|\r/).entries()) {
    const line = index + 1;
    // JavaScript and Python disagree on whether these characters are white space, and an editor does not show them.
    if (/[^\P{Cc}\t]|\uFEFF/u.test(written))
      fail(line, 'contains an invisible character. Type the line again.');
    const content = written.trim();
    if (content.startsWith('#') || content.startsWith(';')) continue;
    if (content === '') {
      value?.lines.push('');
      continue;
    }
    const indent = written.search(/\S/);
    if (value !== undefined && indent > margin) {
      value.lines.push(content);
      continue;
    }
    margin = indent;
    close(value);
    value = undefined;
    // Text after the bracket is ignored, as in Python.
    const name = /^\[(.+)\]/s.exec(content)?.[1];
    if (name !== undefined) section = open(name, line);
    else if (section === undefined) fail(line, 'is before the first [section].');
    else value = begin(section, content, line);
  }
  close(value);
  return { defaults, sections: [...sections.values()] };

  function open(name: string, line: number): OpenSection {
    if (name === defaults.name) return defaults;
    const existing = sections.get(name);
    if (existing !== undefined)
      fail(line, `repeats the section of line ${existing.line}. Merge the two sections.`);
    const opened = { name, line, entries: new Map<string, Entry>() };
    sections.set(name, opened);
    return opened;
  }

  function begin(section: OpenSection, content: string, line: number): OpenValue {
    const delimiter = content.search(/[=:]/);
    const key = content.slice(0, Math.max(delimiter, 0)).trim().toLowerCase();
    // The error does not quote the line, because it may be the second half of a secret.
    if (key === '') fail(line, 'is not a [section] or "key = value". Indent a line that continues a value.');
    const existing = section.entries.get(key);
    if (existing !== undefined)
      fail(line, `is a duplicate of line ${existing.line}. Remove one of them.`, key);
    return { section, key, line, lines: [content.slice(delimiter + 1).trim()] };
  }
}

function close(value: OpenValue | undefined): void {
  if (value === undefined) return;
  const { section, key, line, lines } = value;
  section.entries.set(key, { key, line, raw: lines.join('\n').trimEnd() });
}
