import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

const graphemes = new Intl.Segmenter();

/** Return the number of columns that a printable text takes. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** Cut a printable text to a number of columns. A text that is cut ends with an ellipsis. */
export function fit(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let cut = '';
  let left = columns - 1;
  for (const { segment } of graphemes.segment(text)) {
    left -= stringWidth(segment);
    if (left < 0) break;
    cut += segment;
  }
  return `${cut}…`;
}

/** The minimum number of columns of a wrapped text. */
const narrowest = 20;

/** Wrap a printable sentence between words. A word that is longer than a line has its own line. */
export function wrapped(text: string, columns: number): readonly string[] {
  if (text === '') return [];
  return wrapAnsi(text, Math.max(narrowest, columns)).split('\n');
}
