import { literalEscapes, unescaped, withJoinedSurrogates } from './escapes.ts';

/** Return the contents of a text that is written as a literal: `b'…'`, `"…"`, `$'…'`, `` `…` ``. */
export function* contentsOfLiteral(text: string, isJson: boolean): Generator<Buffer, void, undefined> {
  const [, , quote, content] = /^\s*(b|B|u|r|rb|f|\$|@)?("""|'''|["'`])(.*)\2[;,]?\s*$/s.exec(text) ?? [];
  if (quote !== undefined && content !== undefined) {
    yield Buffer.from(content);
    yield unescaped(withJoinedSurrogates(content), literalEscapes);
    yield Buffer.from(content.replaceAll(quote + quote, quote));
    yield Buffer.from(content.replaceAll("'\\''", "'").replaceAll(`'"'"'`, "'"));
  }
  if (!isJson && (text.includes('\\"') || text.includes('\\n'))) {
    yield unescaped(withJoinedSurrogates(text), { letters: '\\"\'/nrtbf$`' });
    yield Buffer.from(text.replaceAll(/\\(["\\])/g, '$1'));
  }
  if (text.includes('""')) yield Buffer.from(text.replaceAll('""', '"'));
  if (text.includes("''")) yield Buffer.from(text.replaceAll("''", "'"));
}

/** Return the bytes of a string literal of Ruby, Python or C with escapes such as `\xAB`, `\e` and `\#`. */
export function bytesOfLiteral(text: string): Buffer | undefined {
  const [, , content] = /^\s*b?(["'])(.*)\1\s*$/s.exec(text) ?? [];
  if (content === undefined || !/^[\x20-\x7e]*$/.test(content)) return undefined;
  const named: Readonly<Record<string, string>> = {
    ...{ a: '\x07', b: '\b', e: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', 0: '\0' },
  };
  const bytes = content.replaceAll(
    /\\(?:x([\da-f]{1,2})|u00([\da-f]{2})|([0-3][0-7]{2})|(.))/gi,
    (_, hex, unit, octal, other) => {
      if (other !== undefined) return named[other] ?? other;
      return String.fromCharCode(
        octal === undefined ? Number.parseInt(hex ?? unit, 16) : Number.parseInt(octal, 8),
      );
    },
  );
  return Buffer.from(bytes, 'latin1');
}

/** Return the JSON text of a Python `dict`, a Ruby hash or a JavaScript object as they are printed. */
export function jsonOfLiteral(text: string): string | undefined {
  if (!/^\s*\{/.test(text) || !/'|=>|\b(?:True|False|None|nil)\b|[{,]\s*\w+:/.test(text)) return undefined;
  const token =
    /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|=>|\b(?:True|False|None|nil|undefined)\b|:(?=\w+ ?=>)|[A-Za-z_]\w*(?=:)|,(?=\s*[}\]])/gs;
  const words: Readonly<Record<string, string>> = {
    ...{
      True: 'true',
      False: 'false',
      None: 'null',
      nil: 'null',
      undefined: 'null',
      '=>': ':',
      ':': '',
      ',': '',
    },
  };
  return text.replace(token, (found) => {
    if (!/^["']/.test(found)) return words[found] ?? JSON.stringify(found);
    const content = withJoinedSurrogates(found.slice(1, -1));
    return JSON.stringify(unescaped(content, literalEscapes).toString());
  });
}

const entities: Readonly<Record<string, string>> = {
  ...{ quot: '"', amp: '&', lt: '<', gt: '>', apos: "'", nbsp: '\u00a0', lbrace: '{', rbrace: '}' },
};

/** Decode HTML entities. */
export function withoutEntities(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,6}));/gi, (all, decimal, hex, name) => {
    if (name !== undefined) return entities[name] ?? all;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0x10_ffff ? all : String.fromCodePoint(code);
  });
}

const typographic: readonly (readonly [RegExp, string])[] = [
  [/[\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033]/g, '"'],
  [/[\u2018\u2019\u201a\u201b\u2032\u2039\u203a\u00b4]/g, "'"],
  [/[\u2010-\u2015\u2212]/g, '-'],
  [/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, ' '],
  [/\u2026/g, '...'],
  [/[\u200b-\u200f\u2060-\u2064\ufeff\u00ad\u202a-\u202e]/g, ''],
];

/** Replace the typographic characters that word processors and chats write, and remove invisible ones. */
export function withoutTypography(text: string): string {
  return typographic.reduce((rest, [pattern, plain]) => rest.replaceAll(pattern, plain), text);
}

/** Decode quoted-printable text, as in an email. */
export function quotedPrintable(text: string): Buffer | undefined {
  if (!/=(?:[\dA-F]{2}|\r?\n)/.test(text)) return undefined;
  const parts = text.replaceAll(/=\r?\n/g, '').split(/=([\dA-F]{2})/);
  return Buffer.concat(
    parts.map((part, index) => (index % 2 === 0 ? Buffer.from(part) : Buffer.from(part, 'hex'))),
  );
}
