import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigFileError } from '../../src/config/config-file-error.ts';
import { parseIni } from '../../src/config/ini.ts';
import { entryOf, interpolated } from '../../src/config/interpolate.ts';
import { configFileWith, guideConfig, multiEndpointConfig } from '../support/config-files.ts';

/** The values that a parser reads from a file, by section and key. A value or file that it rejects is `null`. */
type ParsedFile = Readonly<Record<string, Readonly<Record<string, string | null>>>> | null;

const program = fileURLToPath(new URL('read_config.py', import.meta.url));

/** Parse files with Python's configparser. */
function parseWithPython(files: readonly string[]): readonly unknown[] {
  const output = execFileSync('python3', [program], { input: JSON.stringify(files), maxBuffer: 2 ** 26 });
  return output
    .toString()
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

/** Parse a file with parseIni(). */
function parseWithKit(text: string): ParsedFile {
  try {
    const ini = parseIni(text, 'x');
    return Object.fromEntries(
      [ini.defaults, ...ini.sections].map((section) => {
        const keys = new Set([...ini.defaults.entries.keys(), ...section.entries.keys()]);
        const readValue = (key: string) => {
          const entry = entryOf(ini, section, key);
          return entry === undefined ? null : orNull(() => interpolated(ini, section, entry, 'x'));
        };
        return [section.name, Object.fromEntries([...keys].map((key) => [key, readValue(key)]))];
      }),
    );
  } catch (error) {
    if (error instanceof ConfigFileError) return null;
    throw error;
  }
}

/** Return null if a function throws a ConfigFileError. */
function orNull(read: () => string): string | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigFileError) return null;
    throw error;
  }
}

/** Random text with the syntax of INI files. Some of it is well formed. */
const iniText: fc.Arbitrary<string> = (() => {
  const word = fc.constantFrom(
    'a',
    'B',
    'ä',
    'İ',
    '__proto__',
    'secret',
    '%',
    '%%',
    '%(a)s',
    '%(B',
    ')s',
    '',
  );
  const space = fc.constantFrom('', ' ', '\t', '  ', '\u00a0', '\u2028');
  const symbol = fc.constantFrom('=', ':', '#', ';', '[', ']', ' ', ',');
  const text = fc.array(fc.oneof(word, word, symbol, space), { maxLength: 6 }).map((parts) => parts.join(''));
  const line = fc.oneof(
    { weight: 1, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: text },
    { weight: 1, arbitrary: fc.tuple(space, fc.constantFrom('#', ';'), text).map((parts) => parts.join('')) },
    { weight: 2, arbitrary: fc.tuple(space, text).map((parts) => parts.join('')) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(space, fc.constantFrom('x', 'y', 'DEFAULT', 'z]', 'ä ö'), fc.constantFrom('', ' ; c', '] d'))
        .map(([before, name, after]) => `${before}[${name}]${after}`),
    },
    {
      weight: 8,
      arbitrary: fc
        .tuple(space, word, fc.nat({ max: 30 }), space, fc.constantFrom('=', ':'), space, text)
        .map(([before, name, n, ...rest]) => `${before}${name}${n}${rest.join('')}`),
    },
  );
  const lineEnding = fc.constantFrom('\n', '\n', '\r\n', '\r');
  return fc
    .array(fc.tuple(line, lineEnding), { maxLength: 12 })
    .map((lines) => `[s]\n${lines.map((parts) => parts.join('')).join('')}`);
})();

/** Keys that refer to other keys, to the depth that Python supports and one level deeper. */
const references = ['[DEFAULT]', 'host = h%%', '[s]', 'k0 = %(Host)s', 'k1 = (%(K0)s)']
  .concat(Array.from({ length: 12 }, (_, n) => `k${n + 2} = %(k${n + 1})s`))
  .join('\n');

describe("parseIni() and Python's configparser", () => {
  it('return the same values for any file, and reject the same files and values', () => {
    const texts = [
      guideConfig,
      multiEndpointConfig,
      '',
      'a = b',
      '[a]',
      references,
      ...fc.sample(iniText, 3000),
    ];
    const files = texts.map(configFileWith);
    const parsed = texts.map(parseWithKit);
    expect(parsed).toEqual(parseWithPython(files));
    // Without these checks, the test would pass if both parsers rejected every file.
    expect(parsed.filter((file) => file !== null).length).toBeGreaterThan(texts.length / 4);
    expect(parsed.filter((file) => file === null).length).toBeGreaterThan(texts.length / 20);
  });

  it('return the same secrets', () => {
    const [guideValues, multiEndpointValues] = parseWithPython([
      configFileWith(guideConfig),
      configFileWith(multiEndpointConfig),
    ]);
    expect(guideValues).toMatchObject({ webhooks: { secret: 'your-webhook-secret', max_retries: '3' } });
    expect(multiEndpointValues).toMatchObject({
      'webhooks:security_team': { secret: 'a%b%%c', events: '\nhigh_risk_event\nscan_completed' },
      'webhooks:siem-system': { secret: 'siem:system=secret ; and not a comment' },
    });
  });
});
