/** The colors of the escape sequences that the command uses. */
const styles: Readonly<Record<string, string>> = {
  1: 'font-weight:700',
  2: 'color:#8b929e',
  31: 'color:#ff6b6b',
  32: 'color:#6bd48a',
  33: 'color:#e8c15c',
  34: 'color:#6ea8fe',
  35: 'color:#d48ae8',
  36: 'color:#5ccfe6',
  90: 'color:#8b929e',
  91: 'color:#ff6b6b',
};
/** The codes that end styles, and the styles that they end. */
const ends: Readonly<Record<string, (code: string) => boolean>> = {
  0: () => true,
  22: (code) => code === '1' || code === '2',
  39: (code) => Number(code) >= 30,
};

/** Convert the output of a terminal to HTML. @throws Error if it contains an unknown escape sequence */
export function ansiToHtml(output: string): string {
  let active: readonly string[] = [];
  const parts = output.replaceAll('\r', '').split(/\p{Cc}\[([\d;]*)m/u);
  return parts
    .map((part, index) => {
      if (index % 2 === 0) return styled(part, active);
      for (const code of (part || '0').split(';')) {
        const ended = ends[code];
        if (ended !== undefined) active = active.filter((style) => !ended(style));
        else if (code in styles) active = [...active, code];
        else throw new Error(`The color ${code} is unknown`);
      }
      return '';
    })
    .join('');
}

function styled(text: string, codes: readonly string[]): string {
  if (/\p{Cc}/u.test(text.replaceAll('\n', '')))
    throw new Error(`Unknown escape sequence: ${JSON.stringify(text)}`);
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const style = codes.map((code) => styles[code]).join(';');
  return style === '' ? escaped : `<span style="${style}">${escaped}</span>`;
}
