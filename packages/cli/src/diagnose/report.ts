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
  const { steps, genuine } = diagnosis;
  const column = Math.max(...steps.map(({ what }) => what.length));
  return [
    ...steps.map(({ what, verdict, seen }) => `${marks[verdict]} ${what.padEnd(column)}  ${printable(seen)}`),
    '',
    ...(genuine ? [outColours.green('The signature is right.')] : mistakeLines(diagnosis)),
  ];
}

function mistakeLines({ mistakes, complete }: Diagnosis): readonly string[] {
  if (mistakes === undefined) {
    return [
      outColours.red('It is none of the known mistakes.'),
      complete
        ? 'Most likely the secrets differ, or the body is not the one that was signed.'
        : 'Not all were tried: the body is too large for that.',
    ];
  }
  const count = mistakes.length === 1 ? 'The mistake is found' : `${mistakes.length} mistakes are found`;
  return [
    `${outColours.bold(count)}: with this the signature fits.`,
    ...mistakes.map(({ name, fix }) => `  ${outColours.cyan(printable(name))}: ${printable(fix)}`),
  ];
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
