const stringToken = String.raw`"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)`;
const structure = new RegExp(String.raw`${stringToken}|[[\]{},]|[^"[\]{},]+`, 'gs');
const blanks = new RegExp(String.raw`${stringToken}| {2,}|\t+`, 'gs');

/** The maximum length of a body whose line breaks are guessed, in characters. */
const longestText = 2 ** 20;

/**
 * Return the texts that become this text when `curl -d @file` removes their line breaks. curl keeps the indentation of
 * the lines.
 */
export function textsBeforeCurl(text: string): readonly string[] {
  if (!/^\s*[[{]/.test(text) || /[\r\n]/.test(text) || text.length > longestText) return [];
  const layouts = new Set([eachMemberOnALine(text), brokenBeforeBlanks(text), brokenAfterCommas(text)]);
  layouts.delete(text);
  return [...layouts].flatMap((layout) =>
    ['\n', '\r\n'].flatMap((end) => {
      const lines = layout.replaceAll('\n', end);
      return [`${lines}${end}`, lines];
    }),
  );
}

function eachMemberOnALine(text: string): string {
  const pieces: string[] = [];
  let isOpened = false;
  for (const [token] of text.matchAll(structure)) {
    const closes = token === '}' || token === ']';
    if (isOpened && !closes) pieces.push('\n');
    if (closes && !isOpened) {
      // The indentation of the closing bracket follows the last value.
      const last = pieces.pop() ?? '';
      const value = last.trimEnd();
      pieces.push(`${value}\n${last.slice(value.length)}`);
    }
    pieces.push(token === ',' ? ',\n' : token);
    isOpened = token === '{' || token === '[';
  }
  return pieces.join('');
}

/** Put a line break only before indented members, so that short lists stay on one line. */
function brokenBeforeBlanks(text: string): string {
  return text
    .replace(blanks, (token) => (token.startsWith('"') ? token : `\n${token}`))
    .replace(/[}\]]$/, '\n$&');
}

function brokenAfterCommas(text: string): string {
  return text.replace(structure, (token) => (token === ',' ? ',\n' : token));
}

/** The minimum number of columns of a screen. A screen did not wrap lines that are shorter. */
const narrowestScreen = 40;

/**
 * Return the possible original texts of one line that a terminal or an email program has wrapped.
 * @returns an empty list if a person or a program wrote the line breaks
 */
export function textsBeforeWrapping(text: string): readonly string[] {
  const lines = text.trimEnd().split(/\r?\n/);
  if (lines.length < 2) return [];
  const full = lines.slice(0, -1);
  const width = full.reduce((most, { length }) => Math.max(most, length), 0);
  const isWrapped =
    (width >= narrowestScreen && full.every(({ length }) => length === width)) || hasBrokenString(text);
  // Selecting text on a screen loses the spaces at the end of a line.
  const padded = [...full.map((line) => line.padEnd(width)), lines.at(-1) ?? ''];
  return isWrapped ? [lines.join(''), padded.join(''), lines.join(' ')] : [];
}

/** Return whether a line break is inside a string, where JSON allows none. */
function hasBrokenString(text: string): boolean {
  for (const [token] of text.matchAll(structure)) {
    if (token.startsWith('"') && /[\r\n]/.test(token)) return true;
  }
  return false;
}
