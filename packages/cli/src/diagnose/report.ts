import { outColours } from '../terminal/colour.ts';
import { printable } from '../terminal/text.ts';
import type { Diagnosis } from './diagnose.ts';
import type { Step } from './step.ts';

const marks: Readonly<Record<Step['verdict'], string>> = {
  right: outColours.green('✓'),
  wrong: outColours.red('✗'),
  notable: outColours.yellow('!'),
};

/** A diagnosis in lines for a person. */
export function diagnosisLines(diagnosis: Diagnosis): readonly string[] {
  const { steps } = diagnosis;
  const column = Math.max(...steps.map(({ what }) => what.length));
  return [
    ...steps.map(({ what, verdict, seen }) => `${marks[verdict]} ${what.padEnd(column)}  ${printable(seen)}`),
    '',
    ...conclusionLines(diagnosis),
  ];
}

function conclusionLines({ mistakes = [], conclusion: { kind, text } }: Diagnosis): readonly string[] {
  const sentence = printable(text);
  switch (kind) {
    case 'genuine':
      return [outColours.green(sentence)];
    case 'explained':
      return [
        outColours.bold(sentence),
        ...mistakes.map(({ name, fix }) => `  ${outColours.cyan(printable(name))}: ${printable(fix)}`),
      ];
    case 'marked':
      return [outColours.red(sentence)];
    case 'unfinished':
    case 'unknown':
      return [outColours.red('No known mistake explains it.'), sentence];
  }
}

/** What is shown only to who asks for it. */
export function secretLines({ expected, found }: Diagnosis): readonly string[] {
  return [
    '',
    `expected signature: sha256=${expected}`,
    ...(found === undefined
      ? []
      : [
          `secret that was signed with: ${printable(JSON.stringify(found.secret.toString()))}, in hex ${found.secret.toString('hex')}`,
        ]),
  ];
}
