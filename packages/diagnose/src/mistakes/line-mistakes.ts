import { textsBeforeCurl, textsBeforeWrapping } from '../text/line-breaks.ts';
import { type BodyForms, type BodyMistake, type Candidate, tableOf } from './mistake.ts';

/** Changes that shells and command-line tools make to the ends of lines. */
export const lineMistakes: readonly BodyMistake[] = tableOf<BodyForms, Candidate>('shell', [
  {
    name: 'newline-lost',
    fix: 'The signed body ends with a newline that is missing from the body here. echo, <<< and jq add a newline: use printf %s. $(cat file) and curl -d @file remove it: use --data-binary @file.',
    candidates: ({ text }) => [
      `${text}\n`,
      `${text}\r\n`,
      `${text}\n\n`,
      `${text}\r`,
      ` ${text}`,
      `${text} `,
    ],
  },
  {
    name: 'newline-added',
    fix: 'The body here ends with a newline that was not signed. An editor, echo or a logger probably added it. Verify the received bytes.',
    candidates: ({ text }) =>
      text.endsWith('\n') ? [text.replace(/\r?\n$/, ''), withoutLastBreaks(text), text.slice(0, -1)] : [],
  },
  {
    name: 'body-trimmed',
    fix: 'The body was signed without the white space around it. Sign and verify the body exactly as it is sent.',
    candidates: ({ text }) => (/^\s|\s$/.test(text) ? [text.trim(), text.trimStart(), text.trimEnd()] : []),
  },
  {
    name: 'line-ends-crlf',
    fix: 'The line endings of the body here were changed from LF to CRLF after signing. Keep the body as bytes, not as text.',
    candidates: ({ text }) =>
      text.includes('\r') ? [text.replaceAll('\r\n', '\n'), text.replaceAll('\r', '')] : [],
  },
  {
    name: 'line-ends-lf',
    fix: 'The line endings of the body here were changed from CRLF to LF after signing. Keep the body as bytes, not as text.',
    candidates: ({ text }) =>
      text.includes('\n')
        ? ['', '\r', '\r\n']
            .map((end) => text.replaceAll(/\r?\n/g, '\r\n') + end)
            .concat(text.replaceAll(/\r?\n/g, '\r'))
        : [],
  },
  {
    name: 'wrapped-lines',
    fix: 'The body here has line breaks that were not signed, at positions where a terminal or an email program wraps lines. It was probably copied from a screen. Save the received bytes to a file.',
    candidates: ({ text }) => textsBeforeWrapping(text),
  },
  {
    name: 'line-ends-lost',
    fix: 'The signed body has several lines, but the body here has the same text on one line. curl -d @file removes line breaks. Use --data-binary @file.',
    candidates: ({ text }) => textsBeforeCurl(text),
  },
  {
    name: 'line-ends-dropped',
    fix: 'The body was signed without its line breaks. curl -d @file and tr -d remove line breaks. Use --data-binary @file.',
    candidates: ({ text }) =>
      /[\r\n]/.test(text) ? [text.replaceAll(/[\r\n]/g, ''), text.replaceAll(/\r?\n/g, ' ')] : [],
  },
]);

/** Not `/[\r\n]+$/`, whose time is quadratic in the number of line breaks. Any client can send the text. */
function withoutLastBreaks(text: string): string {
  let end = text.length;
  while (text[end - 1] === '\n' || text[end - 1] === '\r') end--;
  return text.slice(0, end);
}
