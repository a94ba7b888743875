/** Letters without an accent that a normalization would remove. */
const letters: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', ø: 'o', Ø: 'O', æ: 'ae', Æ: 'AE', œ: 'oe', Œ: 'OE', đ: 'd', ð: 'd', ł: 'l', Ł: 'L', þ: 'th' },
  ...{ '€': 'EUR', '–': '-', '—': '-', '‘': "'", '’': "'", '“': '"', '”': '"', '…': '...', '\u00a0': ' ' },
};
const german: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', Ä: 'Ae', Ö: 'Oe', Ü: 'Ue' };

/** Yield the texts that programs write if ASCII is all that they can encode. */
export function* asciiForms(text: string): Generator<string, void, undefined> {
  const byUnit = (write: (unit: number) => string) =>
    text.replace(/[^\0-\x7f]/g, (unit) => write(unit.charCodeAt(0)));
  const byCharacter = (write: (code: number, character: string) => string) =>
    text.replace(/[^\0-\x7f]/gu, (character) => write(character.codePointAt(0) ?? 0, character));
  const hex = (code: number, digits: number) => code.toString(16).padStart(digits, '0');
  // One mark for a character (Python, Java), for a unit of UTF-16 (.NET) and for a byte of UTF-8 (C).
  yield byCharacter(() => '?');
  yield byUnit(() => '?');
  yield byCharacter((_, character) => '?'.repeat(Buffer.byteLength(character)));
  yield byCharacter(() => '\ufffd');
  yield byCharacter((_, character) => '\ufffd'.repeat(Buffer.byteLength(character)));
  yield byCharacter(() => '');
  yield byCharacter(() => '_');
  yield byCharacter((code) => `&#${code};`);
  yield byCharacter((code) => `&#x${hex(code, 1)};`);
  yield byCharacter((code) => `&#x${hex(code, 1).toUpperCase()};`);
  yield byCharacter((code) => {
    if (code < 256) return `\\x${hex(code, 2)}`;
    return code < 0x1_0000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
  });
  yield byUnit((unit) => `%u${hex(unit, 4).toUpperCase()}`);
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  const transliterated = plain.replaceAll(/[^\0-\x7f]/gu, (character) => letters[character] ?? '?');
  yield plain;
  yield transliterated;
  yield transliterated.replaceAll('?', '');
  yield text
    .replaceAll(/[äöüÄÖÜ]/g, (letter) => german[letter] ?? letter)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\0-\x7f]/gu, (character) => letters[character] ?? '?');
  // iconv writes an accent before its letter.
  yield text
    .normalize('NFD')
    .replaceAll(/(.)\u0308/gu, '"$1')
    .replaceAll(/(.)\u0301/gu, "'$1")
    .replaceAll(/(.)\u0300/gu, '`$1')
    .replaceAll(/(.)\u0302/gu, '^$1')
    .replaceAll(/(.)\u0303/gu, '~$1')
    .replaceAll(/[^\0-\x7f]/gu, (character) => letters[character] ?? '?');
}
