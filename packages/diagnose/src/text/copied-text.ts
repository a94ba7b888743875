/**
 * Yield a text without the marks that screens, editors, chats and logs put around or before its lines. Any client can send the
 * text, so no pattern may take a time that is quadratic in its length, as `/\s+$/` does.
 */
export function* withoutMarks(text: string): Generator<string, void, undefined> {
  const lines = text.split('\n');
  const eachLine = (pattern: RegExp) => lines.map((line) => line.replace(pattern, '')).join('\n');
  const changed = [
    text.replaceAll(ansi, ''),
    eachLine(/^\s*\d{1,6}(?:\t|[:|] ?| {1,2})/),
    eachLine(/^> ?/),
    eachLine(/^[+-]/),
    eachLine(/^[$#%] /),
    lines.map((line) => line.trimEnd()).join('\n'),
    text.replace(/^\s*```\w*\r?\n(.*?)\r?\n?```\s*$/s, '$1'),
    text.replace(/^\s*`(.*)`\s*$/s, '$1'),
    text.replace(/^<!\[CDATA\[(.*)\]\]>\s*$/s, '$1'),
    text.replace(/^\s*<(\w+)(?!\w)[^>]*>(.*)<\/\1>\s*$/s, '$2'),
    dedented(lines),
  ];
  for (const value of changed) {
    if (value === text) continue;
    yield value;
    yield value.replace(/\n$/, '');
  }
}

const ansi = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g');

function dedented(lines: readonly string[]): string {
  const indents = lines
    .filter((line) => line.trim() !== '')
    .map((line) => line.length - line.trimStart().length);
  const least = indents.reduce((most, indent) => Math.min(most, indent), Number.MAX_SAFE_INTEGER);
  return lines.map((line) => line.slice(Math.min(least, line.length))).join('\n');
}

/** Yield the parts of a text that may be a body with other text around it, such as a line of a log. */
export function* embedded(text: string): Generator<string, void, undefined> {
  for (const [open, close] of [
    ['{', '}'],
    ['[', ']'],
  ] as const) {
    const begin = text.indexOf(open);
    const end = text.lastIndexOf(close);
    if (begin === -1 || end <= begin || (begin === 0 && end === text.length - 1)) continue;
    yield text.slice(begin, end + 1);
  }
  const separator = /^(?:\w[\w .-]{0,30}(?::|=|->)) ?(?=\S)/.exec(text)?.[0];
  if (separator !== undefined) yield text.slice(separator.length);
}

/** Yield the bodies in a curl command line. */
export function* dataOfCurl(text: string): Generator<string, void, undefined> {
  if (!/\bcurl\b/.test(text)) return;
  const option =
    /\s(?:-d|--data(?:-raw|-binary|-ascii|-urlencode)?|--json)[\s=]*(\$?'(?:[^'\\]|\\.|'\\'')*'|"(?:[^"\\]|\\.)*"|\S+)/gs;
  for (const [, value = ''] of text.matchAll(option)) yield value;
}

/** Return the first JSON value of a text with other text after it. */
export function firstValue(text: string): string | undefined {
  let depth = 0;
  for (const match of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|[[\]{}]/gs)) {
    const [token] = match;
    if (/[[{]/.test(token) && token.length === 1) depth++;
    if (/[\]}]/.test(token) && token.length === 1 && --depth <= 0) {
      const end = match.index + 1;
      return end === text.length ? undefined : text.slice(0, end);
    }
  }
  return undefined;
}
