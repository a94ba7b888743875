/** Write a text as Python's repr() does. @param text for bytes, a text with one character for each byte */
export function pythonLiteral(prefix: '' | 'b' | string, text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };
  const pattern = prefix === 'b' ? notPrintable : controls;
  const content = text.replaceAll(pattern, (character) => {
    return escapes[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `${prefix}${quote}${content.replaceAll(quote, `\\${quote}`)}${quote}`;
}

const controls = /[\\\p{Cc}]/gu;
const notPrintable = /[^\x20-\x5b\x5d-\x7e]/g;
