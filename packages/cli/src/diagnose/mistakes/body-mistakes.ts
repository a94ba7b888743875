import { isUtf8 } from 'node:buffer';
import { jsonStyles, pythonFloatStyles } from '../json/json-styles.ts';
import { writeJson } from '../json/json-writer.ts';
import { type Json, memberOf, parseLossless, wholeNumbers } from '../json/lossless-json.ts';
import { textsBeforeCurl, textsBeforeWrapping } from './line-breaks.ts';
import type { Guess, Mistake } from './mistake.ts';
import { utf16Encoding } from './utf16-encoding.ts';

interface BodyMistake extends Mistake {
  /** What was signed, if this is what happened; `undefined` where it cannot be. */
  readonly signed: (bytes: Buffer, text: string) => readonly (Buffer | string | undefined)[];
}

const byteOrderMark = '\ufeff';

const bytesMistakes: readonly BodyMistake[] = [
  {
    name: 'invalid-utf-8-replaced',
    fix: 'The body is not valid UTF-8, and was signed after it had been made text and bytes again. Sign its bytes.',
    signed: (_, text) => [text],
  },
  {
    name: 'newline-lost',
    fix: 'The signed body ends with a newline that the body here lacks. echo adds a newline: use printf %s. curl -d @file removes it: use --data-binary @file.',
    signed: (_, text) => [`${text}\n`, `${text}\r\n`],
  },
  {
    name: 'newline-added',
    fix: 'The body here ends with a newline that was not signed: an editor, echo or a logger has added it. Verify the bytes as they came.',
    signed: (_, text) => (/\n$/.test(text) ? [text.replace(/\r?\n$/, '')] : []),
  },
  {
    name: 'byte-order-mark-added',
    fix: 'The body here begins with a byte order mark that was not signed: an editor has saved it as "UTF-8 with BOM".',
    signed: (_, text) => (text.startsWith(byteOrderMark) ? [text.slice(1)] : []),
  },
  {
    name: 'byte-order-mark-lost',
    fix: 'What was signed begins with a byte order mark that the body here lacks: reading it as text has taken it away. Verify the bytes.',
    signed: (_, text) => [`${byteOrderMark}${text}`],
  },
  {
    name: 'body-trimmed',
    fix: 'What was signed is the body without the white space around it. Sign and verify it as it is sent.',
    signed: (_, text) => [text.trim()],
  },
  {
    name: 'line-ends-crlf',
    fix: 'The line ends of the body here were turned from LF into CRLF after it was signed. Keep it as bytes, not as text.',
    signed: (_, text) => [text.replaceAll('\r\n', '\n')],
  },
  {
    name: 'line-ends-lf',
    fix: 'The line ends of the body here were turned from CRLF into LF after it was signed. Keep it as bytes, not as text.',
    signed: (_, text) => [text.replaceAll(/\r?\n/g, '\r\n')],
  },
  {
    name: 'wrapped-lines',
    fix: 'The body here has line breaks that were not signed, at positions where a terminal or an email program wraps lines. It was probably copied from a screen. Save the received bytes to a file.',
    signed: (_, text) => textsBeforeWrapping(text),
  },
  {
    name: 'line-ends-lost',
    fix: 'The signed body has several lines, and the body here has the same text in one line. curl -d @file removes line breaks. Use --data-binary @file.',
    signed: (_, text) => textsBeforeCurl(text),
  },
  {
    name: 'line-ends-dropped',
    fix: 'What was signed is the body without its line ends: curl drops them with -d @file. Use --data-binary @file.',
    signed: (_, text) => [text.replaceAll(/[\r\n]/g, '')],
  },
  {
    name: 'encoded-twice',
    fix: 'The body here was encoded in UTF-8 twice: somebody took its bytes for Latin-1. Keep it as bytes from end to end.',
    signed: (_, text) => [latin1(text)].filter((once) => once !== undefined && isUtf8(once)),
  },
  {
    name: 'latin-1',
    fix: 'What was signed is the text in Latin-1, not in UTF-8. Sign the bytes that are sent.',
    signed: (_, text) => [latin1(text)],
  },
  {
    name: 'signed-encoded-twice',
    fix: 'The body was read as Latin-1 and signed in UTF-8, which encodes it twice. Sign and verify its bytes.',
    signed: (bytes) => [bytes.toString('latin1'), new TextDecoder('windows-1252').decode(bytes)],
  },
  {
    name: 'body-utf-16',
    fix: 'The body here is in UTF-16, as written by "Unicode" in Windows or by > in PowerShell. The signed body is the same text in UTF-8. Save the received bytes.',
    signed: (bytes) => fromUtf16(bytes),
  },
  {
    name: 'utf-16',
    fix: 'What was signed is the text in UTF-16, as Windows and .NET hold it. Sign the bytes that are sent, in UTF-8.',
    signed: (_, text) => utf16(text),
  },
  {
    name: 'written-as-json-string',
    fix: 'The body here is JSON text that was written as JSON once more, as a string. Send it as it was signed.',
    signed: (_, text) => [stringInside(text)],
  },
  {
    name: 'signed-as-json-string',
    fix: 'What was signed is the JSON text written as JSON once more, as a string. Call json.dumps or JSON.stringify once.',
    signed: (_, text) => [JSON.stringify(text)],
  },
  {
    name: 'percent-encoding',
    fix: 'The body was percent-encoded or decoded between signing and here, as a form is. Send it as application/json.',
    signed: (_, text) => [encodeURIComponent(text), percentDecoded(text)],
  },
  {
    name: 'signed-nothing',
    fix: 'What was signed is no body: empty, {}, null, undefined or [object Object]. It had been read already, or was an object and not its text.',
    signed: () => ['', '{}', 'null', 'undefined', '[object Object]'],
  },
];

const floatsLost: Mistake = {
  name: 'json-python-floats',
  fix: "What was signed is the same JSON as Python's json.dumps writes it, with floats such as 1.0 that have become 1: somebody has parsed the body and written it again, as a body parser does. Verify the bytes that came.",
};

/** What may have been signed in place of the body that is here, one by one: each is as long as the body itself. */
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
    'What was signed is the same JSON, written as {writer} writes it. One side has parsed the body and written it again, as a body parser does: sign the bytes that are sent, and verify the bytes that came.',
  );
  for (const style of pythonFloatStyles(wholeNumbers(json))) {
    yield { mistake: floatsLost, value: Buffer.from(writeJson(json, style)) };
  }
  for (const name of ['payload', 'data']) {
    const part = memberOf(json, name);
    if (part === undefined) continue;
    yield* written(
      part,
      name,
      `What was signed is "${name}" alone, written as {writer} writes it. The signature has to be over the whole body.`,
    );
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
