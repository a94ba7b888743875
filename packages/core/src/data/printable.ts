/**
 * Matches control and format characters, line and paragraph separators, and lone surrogates. Does not match the two
 * joiners that some scripts need.
 */
export const unprintable = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Return an unprintable character as an escape: `\u001b`, `\u{e0001}`, `\n`. */
export function escapeUnprintable(character: string): string {
  const name = named[character];
  if (name !== undefined) return name;
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/**
 * Make untrusted text safe to print on one line of a terminal. Characters that would control the terminal, start a
 * new line or change the text direction (such as U+202E) are shown as escapes.
 * @example
 * receiver.on('scan_completed', ({ data }) => console.log(printable(data.target ?? '')));
 */
export function printable(text: string): string {
  return text.replace(unprintable, escapeUnprintable);
}
