import { ConfigFileError } from './config-file-error.ts';

/** One key as it is written. */
export interface Entry {
  /** In lower case. */
  readonly key: string;
  /** Before interpolation; the lines of a value that runs over several are joined by newlines. */
  readonly raw: string;
  /** Where the key stands, from 1. */
  readonly line: number;
}

export interface Section {
  readonly name: string;
  /** Where it begins, from 1. */
  readonly line: number;
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface Ini {
  /** What `[DEFAULT]` gives to every section. */
  readonly defaults: Section;
  readonly sections: readonly Section[];
}

/** A section while it is read. */
interface OpenSection extends Section {
  readonly entries: Map<string, Entry>;
}

/** A value while its lines are read. */
interface OpenValue {
  readonly section: OpenSection;
  readonly key: string;
  readonly line: number;
  readonly lines: string[];
}

/**
 * Read an INI file to the letter as Python's `configparser.ConfigParser()` does, because SpiderFoot reads the same file
 * with it: `=` or `:`, whole-line comments by `#` or `;`, keys in any case, values that indented lines continue,
 * `[DEFAULT]`; what is there twice is an error.
 * @param file what errors call it
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
  /** How far the last line that began something was indented: what is further in continues it. */
  let margin = 0;

  for (const [index, written] of text.split(/\r\n|\n|\r/).entries()) {
    const line = index + 1;
    // Here JavaScript and Python differ in what white space is, and an editor shows nothing.
    if (/[^\P{Cc}\t]|\uFEFF/u.test(written))
      fail(line, 'has a character that is not to be seen. Write the line anew.');
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
    // Whatever stands behind the bracket is dropped, as in Python.
    const name = /^\[(.+)\]/s.exec(content)?.[1];
    if (name !== undefined) section = open(name, line);
    else if (section === undefined) fail(line, 'stands before any [section].');
    else value = begin(section, content, line);
  }
  close(value);
  return { defaults, sections: [...sections.values()] };

  function open(name: string, line: number): OpenSection {
    if (name === defaults.name) return defaults;
    const twin = sections.get(name);
    if (twin !== undefined)
      fail(line, `begins a section that line ${twin.line} has begun already. Make them one.`);
    const opened = { name, line, entries: new Map<string, Entry>() };
    sections.set(name, opened);
    return opened;
  }

  function begin(section: OpenSection, content: string, line: number): OpenValue {
    const delimiter = content.search(/[=:]/);
    const key = content.slice(0, Math.max(delimiter, 0)).trim().toLowerCase();
    // It is not quoted: it may well be the second half of a secret.
    if (key === '')
      fail(line, 'is neither a [section] nor "key = value". Lines that continue a value are indented.');
    const twin = section.entries.get(key);
    if (twin !== undefined)
      fail(line, `is there for the second time: line ${twin.line} has it already.`, key);
    return { section, key, line, lines: [content.slice(delimiter + 1).trim()] };
  }
}

function close(value: OpenValue | undefined): void {
  if (value === undefined) return;
  const { section, key, line, lines } = value;
  section.entries.set(key, { key, line, raw: lines.join('\n').trimEnd() });
}
