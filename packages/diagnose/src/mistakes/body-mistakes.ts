import { isUtf8 } from 'node:buffer';
import { jsonStyles, pythonFloatStyles } from '../json/json-styles.ts';
import { writeJson } from '../json/json-writer.ts';
import { type Json, memberOf, parseLossless, wholeNumbers } from '../json/lossless-json.ts';
import { textsBeforeCurl, textsBeforeWrapping } from './line-breaks.ts';
import type { Guess, Mistake } from './mistake.ts';
import { utf16Encoding } from './utf16-encoding.ts';

interface BodyMistake extends Mistake {
  /** Return the bodies that may have been signed if someone made this mistake. `undefined` values are skipped. */
  readonly signed: (bytes: Buffer, text: string) => readonly (Buffer | string | undefined)[];
}

const byteOrderMark = '\ufeff';

const bytesMistakes: readonly BodyMistake[] = [
  {
    name: 'invalid-utf-8-replaced',
    fix: 'The body is not valid UTF-8. It was decoded to text and encoded again before it was signed. Sign the original bytes.',
    signed: (_, text) => [text],
  },
  {
    name: 'newline-lost',
    fix: 'The signed body ends with a newline that is missing from the body here. echo adds a newline: use printf %s. curl -d @file removes it: use --data-binary @file.',
    signed: (_, text) => [`${text}\n`, `${text}\r\n`],
  },
  {
    name: 'newline-added',
    fix: 'The body here ends with a newline that was not signed. An editor, echo or a logger probably added it. Verify the received bytes.',
    signed: (_, text) => (/\n$/.test(text) ? [text.replace(/\r?\n$/, '')] : []),
  },
  {
    name: 'byte-order-mark-added',
    fix: 'The body here begins with a byte order mark that was not signed. An editor probably saved it as "UTF-8 with BOM". Save it as UTF-8 without BOM.',
    signed: (_, text) => (text.startsWith(byteOrderMark) ? [text.slice(1)] : []),
  },
  {
    name: 'byte-order-mark-lost',
    fix: 'The signed body begins with a byte order mark that is missing from the body here, probably because the body was read as text. Verify the received bytes.',
    signed: (_, text) => [`${byteOrderMark}${text}`],
  },
  {
    name: 'body-trimmed',
    fix: 'The body was signed without the white space around it. Sign and verify the body exactly as it is sent.',
    signed: (_, text) => [text.trim()],
  },
  {
    name: 'line-ends-crlf',
    fix: 'The line endings of the body here were changed from LF to CRLF after signing. Keep the body as bytes, not as text.',
    signed: (_, text) => [text.replaceAll('\r\n', '\n')],
  },
  {
    name: 'line-ends-lf',
    fix: 'The line endings of the body here were changed from CRLF to LF after signing. Keep the body as bytes, not as text.',
    signed: (_, text) => [text.replaceAll(/\r?\n/g, '\r\n')],
  },
  {
    name: 'wrapped-lines',
    fix: 'The body here has line breaks that were not signed, at positions where a terminal or an email program wraps lines. It was probably copied from a screen. Save the received bytes to a file.',
    signed: (_, text) => textsBeforeWrapping(text),
  },
  {
    name: 'line-ends-lost',
    fix: 'The signed body has several lines, but the body here has the same text on one line. curl -d @file removes line breaks. Use --data-binary @file.',
    signed: (_, text) => textsBeforeCurl(text),
  },
  {
    name: 'line-ends-dropped',
    fix: 'The body was signed without its line breaks. curl -d @file removes line breaks. Use --data-binary @file.',
    signed: (_, text) => [text.replaceAll(/[\r\n]/g, '')],
  },
  {
    name: 'encoded-twice',
    fix: 'The body here was encoded as UTF-8 twice, because its bytes were read as Latin-1. Keep the body as bytes from end to end.',
    signed: (_, text) => [latin1(text)].filter((once) => once !== undefined && isUtf8(once)),
  },
  {
    name: 'latin-1',
    fix: 'The signed text was encoded as Latin-1 instead of UTF-8. Sign the bytes that are sent.',
    signed: (_, text) => [latin1(text)],
  },
  {
    name: 'signed-encoded-twice',
    fix: 'The body was read as Latin-1 and signed as UTF-8, which encodes it twice. Sign and verify the original bytes.',
    signed: (bytes) => [bytes.toString('latin1'), new TextDecoder('windows-1252').decode(bytes)],
  },
  {
    name: 'body-utf-16',
    fix: 'The body here is in UTF-16, the format of "Unicode" in Windows and of > in PowerShell. The signed body is the same text in UTF-8. Save the received bytes.',
    signed: (bytes) => fromUtf16(bytes),
  },
  {
    name: 'utf-16',
    fix: 'The signed text was encoded as UTF-16, which Windows and .NET use for strings. Sign the UTF-8 bytes that are sent.',
    signed: (_, text) => utf16(text),
  },
  {
    name: 'written-as-json-string',
    fix: 'The body here was serialized twice: it is JSON text inside a JSON string. Send the text that was signed.',
    signed: (_, text) => [stringInside(text)],
  },
  {
    name: 'signed-as-json-string',
    fix: 'The signed body was serialized twice: it is JSON text inside a JSON string. Call json.dumps or JSON.stringify only once.',
    signed: (_, text) => [JSON.stringify(text)],
  },
  {
    name: 'percent-encoding',
    fix: 'The body was percent-encoded or percent-decoded after signing, as in a form. Send it as application/json.',
    signed: (_, text) => [encodeURIComponent(text), percentDecoded(text)],
  },
  {
    name: 'signed-nothing',
    fix: 'An empty body, {}, null, undefined or [object Object] was signed. The body had already been read, or an object was signed instead of its text.',
    signed: () => ['', '{}', 'null', 'undefined', '[object Object]'],
  },
];

const floatsLost: Mistake = {
  name: 'json-python-floats',
  fix: "The signed body is the same JSON as Python's json.dumps writes it, but floats such as 1.0 became 1 in the body here. The body was parsed and serialized again, for example by a body parser. Verify the received bytes.",
};

/** Yield the bodies that may have been signed instead of this one. They are not kept, because each may be large. */
export function* bodyGuesses(bytes: Buffer): Generator<Guess<Buffer>, void, undefined> {
  const text = bytes.toString();
  for (const { name, fix, signed } of bytesMistakes) {
    for (const value of signed(bytes, text)) {
      if (value !== undefined) yield { mistake: { name, fix }, value: Buffer.from(value) };
    }
  }
  const json = parseLossless(text.replace(byteOrderMark, ''));
  if (json === undefined) return;
  yield* written(
    json,
    'json',
    'The signed body is the same JSON as {writer} writes it. One side parsed the body and serialized it again, for example with a body parser. Sign the bytes that are sent, and verify the received bytes.',
  );
  for (const style of pythonFloatStyles(wholeNumbers(json))) {
    yield { mistake: floatsLost, value: Buffer.from(writeJson(json, style)) };
  }
  for (const name of ['payload', 'data']) {
    const part = memberOf(json, name);
    if (part === undefined) continue;
    yield* written(part, name, `Only "${name}" was signed, as {writer} writes it. Sign the complete body.`);
  }
}

function* written(json: Json, prefix: string, fix: string): Generator<Guess<Buffer>, void, undefined> {
  for (const { name, writer, style } of jsonStyles) {
    const mistake = { name: `${prefix}-${name}`, fix: fix.replace('{writer}', () => writer) };
    yield { mistake, value: Buffer.from(writeJson(json, style)) };
  }
}

function latin1(text: string): Buffer | undefined {
  return /^[\0-\xff]*$/.test(text) ? Buffer.from(text, 'latin1') : undefined;
}

function utf16(text: string): readonly Buffer[] {
  const little = [Buffer.from(text, 'utf16le'), Buffer.from(byteOrderMark + text, 'utf16le')];
  return [...little, ...little.map((bytes) => Buffer.from(bytes).swap16())];
}

/** Return the text of a UTF-16 body, with and without the line break that PowerShell adds. */
function fromUtf16(bytes: Buffer): readonly string[] {
  const encoding = utf16Encoding(bytes);
  if (encoding === undefined) return [];
  const text = new TextDecoder(encoding).decode(bytes);
  const unixText = text.replaceAll('\r\n', '\n');
  const texts = [text, text.replace(/\r?\n$/, ''), unixText, unixText.replace(/\n$/, '')];
  return [...texts, ...texts.map((each) => byteOrderMark + each)];
}

function stringInside(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
