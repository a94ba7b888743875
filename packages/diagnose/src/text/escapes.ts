const simple: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', e: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
  ...{ '\\': '\\', '"': '"', "'": "'", '`': '`', '/': '/', $: '$' },
};

/** The escapes that a program interprets. */
export interface Escapes {
  /** The characters after a backslash that it interprets, such as `nt`. */
  readonly letters: string;
  /** Whether `\xHH` is interpreted. */
  readonly hex?: boolean;
  /** Whether `\uHHHH` is interpreted. */
  readonly unicode?: boolean;
  /** The form of octal escapes: `\0NNN` or `\NNN`. */
  readonly octal?: 'zero' | 'bare';
  /** Whether a backslash before any other character is removed. */
  readonly drops?: boolean;
}

/** Escapes in string literals of most languages. */
export const literalEscapes: Escapes = {
  letters: 'abefnrtv\\"\'`/$',
  hex: true,
  unicode: true,
  octal: 'bare',
};

/** Interpret the escapes in a text. `\xHH` and octal escapes are bytes. */
export function unescaped(text: string, escapes: Escapes): Buffer {
  const pattern = /\\(?:x[\da-f]{1,2}|u\{[\da-f]{1,6}\}|u[\da-f]{1,4}|U[\da-f]{8}|0?[0-7]{1,3}|.)/gis;
  const parts: Buffer[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const [token] = match;
    const meaning = meaningOf(token.slice(1), escapes);
    if (meaning === undefined) continue;
    parts.push(Buffer.from(text.slice(from, match.index)), meaning);
    from = match.index + token.length;
  }
  return Buffer.concat([...parts, Buffer.from(text.slice(from))]);
}

function meaningOf(code: string, { letters, hex, unicode, octal, drops }: Escapes): Buffer | undefined {
  const kind = code.charAt(0);
  const digits = code.slice(1).replace(/[{}]/g, '');
  if (kind === 'x' && digits !== '' && hex) return Buffer.from([Number.parseInt(digits, 16)]);
  if (/[uU]/.test(kind) && digits !== '' && unicode) return character(Number.parseInt(digits, 16));
  if (/^[0-7]/.test(kind) && octal !== undefined && (octal === 'bare' || kind === '0')) {
    return Buffer.from([Number.parseInt(code, 8) % 256]);
  }
  if (code.length === 1 && letters.includes(code)) return Buffer.from(simple[code] ?? code);
  return code.length === 1 && drops ? Buffer.from(code) : undefined;
}

function character(code: number): Buffer {
  return code > 0x10_ffff ? Buffer.alloc(0) : Buffer.from(String.fromCodePoint(code));
}

/** Join `\ud83d\ude00`, which {@link unescaped} would read as two halves. */
export function withJoinedSurrogates(text: string): string {
  return text.replaceAll(/\\u(d[89ab][\da-f]{2})\\u(d[c-f][\da-f]{2})/gi, (_, high: string, low: string) =>
    String.fromCharCode(Number.parseInt(high, 16), Number.parseInt(low, 16)),
  );
}
