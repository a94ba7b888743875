const stringToken = String.raw`"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)`;
const structure = new RegExp(String.raw`${stringToken}|[[\]{},]|[^"[\]{},]+`, 'gs');
const blanks = new RegExp(String.raw`${stringToken}| {2,}|\t+`, 'gs');

/** Characters of a body whose lines are guessed. */
const longestText = 2 ** 20;

/**
 * The texts of several lines that become this one when `curl -d @file` drops their line ends: the blanks that indented the
 * lines are still there.
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
      // The closing bracket's own indentation stands behind the last value.
      const last = pieces.pop() ?? '';
      const value = last.trimEnd();
      pieces.push(`${value}\n${last.slice(value.length)}`);
    }
    pieces.push(token === ',' ? ',\n' : token);
    isOpened = token === '{' || token === '[';
  }
  return pieces.join('');
}

/** For short lists that stand on one line: only the members that are indented begin a line. */
function brokenBeforeBlanks(text: string): string {
  return text
    .replace(blanks, (token) => (token.startsWith('"') ? token : `\n${token}`))
    .replace(/[}\]]$/, '\n$&');
}

function brokenAfterCommas(text: string): string {
  return text.replace(structure, (token) => (token === ',' ? ',\n' : token));
}

/** Columns below which lines of one length are no screen's. */
const narrowestScreen = 40;

/**
 * What a text of one line was before a terminal or a mail program wrapped it.
 * @returns nothing for lines that a person or a program has written
 */
export function textsBeforeWrapping(text: string): readonly string[] {
  const lines = text.trimEnd().split(/\r?\n/);
  if (lines.length < 2) return [];
  const full = lines.slice(0, -1);
  const width = full.reduce((most, { length }) => Math.max(most, length), 0);
  const isWrapped =
    (width >= narrowestScreen && full.every(({ length }) => length === width)) || hasBrokenString(text);
  // Whoever selects text on a screen loses the blanks at the end of a line.
  const padded = [...full.map((line) => line.padEnd(width)), lines.at(-1) ?? ''];
  return isWrapped ? [lines.join(''), padded.join(''), lines.join(' ')] : [];
}

/** JSON has no line ends within a string. */
function hasBrokenString(text: string): boolean {
  for (const [token] of text.matchAll(structure)) {
    if (token.startsWith('"') && /[\r\n]/.test(token)) return true;
  }
  return false;
}
