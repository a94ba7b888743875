import { type Escapes, unescaped } from '../text/escapes.ts';
import { expansions } from '../text/shell-expansion.ts';
import { withQuotes } from '../text/unquoted-json.ts';
import { type BodyForms, type BodyMistake, type Candidate, tableOf } from './mistake.ts';

/** The escapes that `echo` and `printf` of different shells interpret. */
const echoes: readonly Escapes[] = [
  { letters: 'abefnrtv\\', hex: true, unicode: true, octal: 'zero' },
  { letters: 'abfnrtv\\', octal: 'zero' },
  { letters: 'abefnrtv\\"', hex: true, unicode: true, octal: 'bare' },
  { letters: 'abfnrtv\\"', octal: 'bare' },
  { letters: 'n' },
  { letters: 'nt' },
  { letters: '\\' },
];

/** Changes that shells make inside a body. */
export const shellMistakes: readonly BodyMistake[] = tableOf<BodyForms, Candidate>('shell', [
  {
    name: 'echo-option-signed',
    fix: 'The signed text includes "-n", "-e" or "-E", because echo in this shell (sh, dash) does not support the option and prints it. Use printf %s "$body".',
    candidates: ({ text }) =>
      ['-n', '-e', '-E', '-ne', '-en', '-nE', '--'].flatMap((option) => [
        `${option} ${text}\n`,
        `${option} ${text}`,
        ...echoes.slice(0, 2).map((escapes) => `${option} ${unescaped(text, escapes)}\n`),
      ]),
  },
  {
    name: 'escapes-interpreted',
    fix: 'The shell replaced escapes such as \\n, \\" or \\u00fc in the body before it was signed. echo of dash and zsh, echo -e and printf "$body" do this. Use printf %s "$body".',
    *candidates({ text }) {
      if (!text.includes('\\')) return;
      // Without a locale, zsh stops at the first character that is not ASCII.
      const end = text.search(/\\u(?!00[0-7])/);
      const [first] = echoes;
      if (end !== -1 && first) yield Buffer.concat([unescaped(text.slice(0, end), first), Buffer.from('\n')]);
      for (const escapes of echoes) {
        const value = unescaped(text, escapes);
        yield value;
        yield Buffer.concat([value, Buffer.from('\n')]);
        if (escapes.letters.includes('\\')) yield unescaped(text, { ...escapes, drops: true });
      }
    },
  },
  {
    name: 'percent-interpreted',
    fix: 'printf replaced the percent signs in the body before it was signed, because the body was its format. Use printf %s "$body".',
    *candidates({ text }) {
      if (!text.includes('%')) return;
      for (const value of [text, unescaped(text, echoes[2] ?? { letters: 'n' }).toString()]) {
        yield value.replaceAll('%%', '%');
        yield formatted(value);
        yield value.slice(0, value.search(/%(?!%|[-+ #0]*\d*(?:\.\d*)?[diouxXeEfFgGcsbq])/) >>> 0);
      }
    },
  },
  {
    name: 'backslashes-removed',
    fix: 'The backslashes of the body were removed before it was signed. read without -r, xargs and double quotes do this. Use read -r, and write the body to a file.',
    candidates: ({ text }) =>
      text.includes('\\')
        ? [
            ...[
              text.replaceAll(/\\(.)/gs, '$1'),
              text.replaceAll('\\', ''),
              text.replaceAll(/\\([$`"\\])/g, '$1'),
            ],
            ...[
              text.replaceAll('\\\\', '\\'),
              `${text.replaceAll(/\\(.)/gs, '$1')}\n`,
              text.replaceAll("\\'", "'"),
            ],
          ]
        : [],
  },
  {
    name: 'backslashes-doubled',
    fix: 'The backslashes or quotes of the body were escaped once more before it was signed. Sign the body as it is sent.',
    candidates: ({ text }) => [
      ...(text.includes('\\') ? [text.replaceAll('\\', '\\\\'), text.replaceAll('\\', '')] : []),
      ...[
        text.replaceAll('"', '\\"'),
        text.replaceAll(/["\\]/g, '\\$&'),
        text.replaceAll(/["'\\\0]/g, '\\$&'),
      ],
    ],
  },
  {
    name: 'escapes-interpreted-here',
    fix: 'The body here has control characters inside its JSON strings, because a shell replaced \\n or \\t. Save the received bytes to a file, without echo.',
    candidates: ({ text }) => {
      if (!/[\t\r\n\b\f]/.test(text)) return [];
      const escaped = text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/gs, (token) =>
        token.replaceAll(/[\t\r\n\b\f]/g, (character) => JSON.stringify(character).slice(1, -1)),
      );
      return [escaped, escaped.replace(/\n$/, '')];
    },
  },
  {
    name: 'shell-expansion',
    fix: "A shell expanded $, ! or ` in the body before it was signed, because the body is in double quotes or in a here-document. Put the body into single quotes, use <<'EOF', or read it from a file.",
    candidates: ({ text }) => [...expansions(text)].flatMap((value) => [value, `${value}\n`]),
  },
  {
    name: 'words-split',
    fix: 'The white space of the body became single spaces before the body was signed, because a shell variable is not in quotes. Write printf %s "$body".',
    candidates: ({ text }) => {
      const spaced = text.trim().replaceAll(/\s+/g, ' ');
      return spaced === text ? [] : [spaced, `${spaced}\n`];
    },
  },
  {
    name: 'quotes-removed',
    fix: 'A shell removed the quotes of the body before it was signed. Put the body into single quotes, or read it from a file.',
    candidates: ({ text }) => {
      const bare = text.replaceAll(/(?<!\\)"/g, '');
      return [
        ...[bare, text.replaceAll('"', ''), text.replaceAll("'", ''), text.replaceAll(/["']/g, '')],
        ...[`'${text}'`, `"${text}"`, `"${bare}"`, `'${text}'\n`, `'${text}'\r\n`, text.replaceAll('"', "'")],
        ...[`${bare}\n`, text.replaceAll('"', '""'), text.replaceAll("'", "'\\''")],
        ...bracesExpanded(bare).flatMap((words) => [words, `${words}\n`]),
      ].filter((value) => value !== text);
    },
  },
  {
    name: 'quotes-removed-here',
    fix: 'A shell removed the quotes of the body here before it was sent. Windows PowerShell removes the quotes of arguments. Send the body from a file: curl --data-binary @body.json.',
    candidates: ({ text, json }) => (json === undefined ? withQuotes(text) : []),
  },
  {
    name: 'option-left-in',
    fix: 'The body here begins with "-n" or "-e", because echo in this shell does not support the option and prints it. Use printf %s "$body".',
    candidates: ({ text }) => {
      const [, rest] = /^-(?:[neE]{1,3}|-) (.*)$/s.exec(text) ?? [];
      return rest === undefined ? [] : [rest, rest.replace(/\n$/, '')];
    },
  },
  {
    name: 'white-space-removed',
    fix: 'The body was signed without its white space, or with other white space. Sign and verify the body exactly as it is sent.',
    candidates: ({ text }) => [
      ...[text.replaceAll(' ', ''), text.replaceAll(/\s/g, ''), text.replaceAll('\t', ' ')],
      ...[text.replaceAll('\t', '    '), text.replaceAll('\t', '  '), text.replaceAll(/ {2,}/g, ' ')],
    ],
  },
  {
    name: 'letter-case',
    fix: 'The body was converted to lowercase or uppercase before it was signed. Sign the body exactly as it is sent.',
    candidates: ({ text }) => [text.toLowerCase(), text.toUpperCase()],
  },
]);

/** bash and zsh write each part of {a,b} as a word, if the braces are not in quotes. */
function bracesExpanded(text: string): readonly string[] {
  const [, parts] = /^\{([^{}]*,[^{}]*)\}$/s.exec(text) ?? [];
  return parts === undefined ? [] : [parts.split(',').join(' ')];
}

/** Replace the directives of printf as it does without arguments. */
function formatted(text: string): string {
  return text.replaceAll(
    /%(%|[-+ #0]*(\d*)(?:\.\d*)?([diouxXeEfFgGcsbq]))/g,
    (_, code: string, width, type) => {
      if (code === '%') return '%';
      const zero = /[diouxX]/.test(type ?? '')
        ? '0'
        : /[eEfFgG]/.test(type ?? '')
          ? Number(0).toFixed(6)
          : '';
      return zero.padStart(Number(width));
    },
  );
}
