/** Parse CEF as its specification defines it. Independent of the code under test. */
export function parseCef(text: string): { header: string[]; extension: Record<string, string> } {
  // There are seven parts. Each ends at the first `|` without a backslash.
  const match = /^((?:(?:[^\\|]|\\.)*\|){7})(.*)$/su.exec(text);
  const [, head = '', rest = ''] = match ?? [];
  const header = [...head.matchAll(/((?:[^\\|]|\\.)*)\|/gsu)].map(([, part = '']) => unescaped(part));
  // A key is a word before an `=` without a backslash. It ends the previous value.
  const keys = [...rest.matchAll(/(?:^| )(\w+)=/g)].filter(({ index }) => !isEscaped(rest, index));
  const pairs = keys.map(({ 0: match, 1: key = '', index }, k) => {
    const value = rest.slice(index + match.length, keys[k + 1]?.index ?? rest.length);
    return [key, unescaped(value)] as const;
  });
  return { header, extension: Object.fromEntries(pairs) };
}

/** Return whether a backslash escapes the space at an index. Such a space belongs to the value. */
function isEscaped(text: string, index: number): boolean {
  const backslashes = /\\*$/.exec(text.slice(0, index))?.[0].length ?? 0;
  return backslashes % 2 === 1;
}

function unescaped(value: string): string {
  return value.replace(/\\(.)/g, (_match, character: string) => {
    if (character === 'n') return '\n';
    return character === 'r' ? '\r' : character;
  });
}
