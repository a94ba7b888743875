import type { Diagnosis, Step } from '@spiderfoot-webhooks/diagnose';
import { outColors } from '../terminal/color.ts';
import { printable } from '../terminal/printable.ts';
import { lineWidth } from '../terminal/terminal-width.ts';
import { wrapped } from '../terminal/text.ts';

const marks: Readonly<Record<Step['verdict'], string>> = {
  right: outColors.green('✓'),
  wrong: outColors.red('✗'),
  notable: outColors.yellow('!'),
};

/** Format a diagnosis for a person. */
export function diagnosisLines(diagnosis: Diagnosis): readonly string[] {
  const { steps } = diagnosis;
  const column = Math.max(...steps.map(({ what }) => what.length));
  return [
    ...steps.flatMap(({ what, verdict, seen }) => {
      const [first = '', ...further] = lines(seen, column + 4);
      const head = `${marks[verdict]} ${what.padEnd(column)}  ${first}`;
      return [head, ...further.map((line) => `${' '.repeat(column + 4)}${line}`)];
    }),
    '',
    ...conclusionLines(diagnosis),
  ];
}

/** Wrap a sentence to the width of the screen minus an indentation. */
function lines(sentence: string, indent = 0): readonly string[] {
  return wrapped(printable(sentence), lineWidth() - indent);
}

function conclusionLines({ mistakes = [], conclusion: { kind, text } }: Diagnosis): readonly string[] {
  const sentence = lines(text);
  switch (kind) {
    case 'genuine':
      return sentence.map(outColors.green);
    case 'explained':
      return [
        ...sentence.map(outColors.bold),
        ...mistakes.flatMap(({ name, fix, docs }) => {
          const [first = '', ...further] = lines(`${name}: ${fix} Documentation: ${docs}`, 4);
          const head = outColors.cyan(first.slice(0, name.length)) + first.slice(name.length);
          return [`  ${head}`, ...further.map((line) => `    ${line}`)];
        }),
      ];
    case 'marked':
      return sentence.map(outColors.red);
    case 'unfinished':
    case 'unknown':
      return [outColors.red('No known mistake explains the signature.'), ...sentence];
  }
}

/** Return the lines with secrets, which are shown only on request. */
export function secretLines({ expected, found }: Diagnosis): readonly string[] {
  return [
    '',
    `expected signature: sha256=${expected}`,
    ...(found === undefined
      ? []
      : [
          `secret used for signing: ${printable(JSON.stringify(Buffer.from(found.secret).toString()))}, in hex ${Buffer.from(found.secret).toString('hex')}`,
        ]),
  ];
}
