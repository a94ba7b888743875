/** Return the closing quotes and brackets that a JSON text lacks. @returns `undefined` if nothing is missing */
export function missingEnd(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  const closers: string[] = [];
  let end = '';
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|[[\]{}]/gs)) {
    if (token === '{') closers.push('}');
    else if (token === '[') closers.push(']');
    else if (token === '}' || token === ']') {
      if (closers.pop() !== token) return undefined;
    } else if (!/^"[^"\\]*(?:\\.[^"\\]*)*"$/s.test(token)) end = '"';
  }
  if (end === '' && closers.length === 0) return undefined;
  return end + closers.reverse().join('');
}

/** Yield the complete texts of a JSON text whose last brackets and quotes are missing. */
export function* completed(text: string): Generator<string, void, undefined> {
  const end = missingEnd(text);
  if (end === undefined) return;
  for (const more of ['', 'null', 'true', 'false', 'e', 'l', 'ue', 'se', 'll', '0', '.0']) {
    yield text + more + end;
    yield `${text}${more}${end}\n`;
  }
  // A digit at the end may be missing too.
  if (/\d$/.test(text)) for (let digit = 0; digit <= 9; digit++) yield `${text}${digit}${end}`;
}
