import { printable } from '@spiderfoot-webhooks/core/node';

export { printable };

/** The same for text of several lines, which stay such. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** East Asian wide characters and pictures. */
const wide =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])/u;
const graphemes = new Intl.Segmenter();

/** How many columns a printable text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += columnsOf(segment);
  return width;
}

/** A printable text, cut to fit into so many columns: an ellipsis says so. */
export function fit(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let cut = '';
  let room = columns - 1;
  for (const { segment } of graphemes.segment(text)) {
    room -= columnsOf(segment);
    if (room < 0) break;
    cut += segment;
  }
  return `${cut}…`;
}

function columnsOf(grapheme: string): number {
  return wide.test(grapheme) ? 2 : 1;
}
