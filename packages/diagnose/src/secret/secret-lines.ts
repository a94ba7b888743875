import { literalEscapes, unescaped, withJoinedSurrogates } from '../text/escapes.ts';
import { withoutTypography } from '../text/literals.ts';

const assignment =
  /^\s*(?:(?:export|set|setx|declare -x|let|const|var|env|ENV|ARG|-e|--env|Environment=)\s+|\$env:|\$Env:|-\s+|\{\s*)?["']?[A-Za-z_][\w.-]*["']?\s*(?::=|=>|[=:]|\s(?=["']))\s*/;

/** Return the value of a line that assigns a secret, such as `export SECRET="…"  # comment`. */
function valueOfLine(text: string): string {
  const first = text
    .replace(/^\ufeff/, '')
    .replace(/^Environment=/, '')
    .replace(/^"(\w+=.*)"$/s, '$1');
  return first.replace(assignment, '');
}

/** Return the text before a comment. @returns the text itself if it has no comment */
export function withoutComment(text: string): string {
  const [, quoted] = /^\s*((["'`]).*?\2)\s*(?:[#;].*|\/\/.*)$/s.exec(text) ?? [];
  if (quoted !== undefined) return quoted;
  const begin = text.search(/\s(?:[#;]|\/\/|--\s)/);
  return begin === -1 ? text : text.slice(0, begin).trimEnd();
}

const pairs = ['""', "''", '``', '“”', '‘’', '„“', '«»', '<>', '[]', '{}', '()', '””', '’’', '″″'];

/** Return the text inside quotes or brackets, without a comma or semicolon after them. */
export function withoutQuotes(text: string): string {
  const trimmed = text.trim().replace(/[,;]+$/, '');
  const pair = pairs.find(([open = '', close = '']) => trimmed.startsWith(open) && trimmed.endsWith(close));
  return pair === undefined || trimmed.length < 2 ? text : trimmed.slice(1, -1);
}

/** Yield the values that programs read from a line of a file with variables. */
export function valuesOfFileLine(text: string): readonly string[] {
  return [...new Set(valuesOf(text))].filter((value) => value !== text).sort((a, b) => a.length - b.length);
}

function* valuesOf(text: string): Generator<string, void, undefined> {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  for (const line of lines.length > 1 ? [...lines, lines.join('')] : [text]) {
    const value = valueOfLine(line);
    const bare = withoutComment(value);
    for (const each of [
      value,
      value.trim(),
      bare,
      withoutQuotes(bare),
      withoutQuotes(value),
      withoutQuotes(line),
    ]) {
      yield each;
      yield each.trim();
      yield withoutTypography(each).trim();
    }
    const inner = withoutQuotes(bare);
    if (inner.includes('\\')) yield unescaped(withJoinedSurrogates(inner), literalEscapes).toString();
  }
}

const names = [
  ...[
    'SPIDERFOOT_WEBHOOK_SECRET',
    'WEBHOOK_SECRET',
    'SECRET',
    'secret',
    'webhook_secret',
    'SPIDERFOOT_SECRET',
  ],
  ...[
    'SIGNING_SECRET',
    'HMAC_SECRET',
    'WEBHOOK_SIGNING_SECRET',
    'SECRET_KEY',
    'password',
    'value',
    'key',
    'token',
  ],
];

/** Yield the lines that a program may have used as the secret because it did not parse them. */
export function* linesWith(secret: string): Generator<string, void, undefined> {
  for (const name of names) {
    for (const value of [secret, `"${secret}"`, `'${secret}'`]) {
      const line = `${name}=${value}`;
      yield* [
        line,
        `export ${line}`,
        `${line}\n`,
        `export ${line}\n`,
        `${name}: ${value}`,
        `${name} = ${value}`,
      ];
      yield* [`${name}:${value}`, `$env:${name} = ${value}`, `set ${line}`, `- ${name}: ${value}`];
    }
    yield* [JSON.stringify({ [name]: secret }), `{"${name}": "${secret}"}`, `{"${name}": "${secret}"}\n`];
  }
}
