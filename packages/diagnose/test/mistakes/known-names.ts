import { captureMistakes } from '../../src/mistakes/capture-mistakes.ts';
import { encodingMistakes } from '../../src/mistakes/encoding-mistakes.ts';
import { jsonMistakes, styleMistakes } from '../../src/mistakes/json-mistakes.ts';
import { lineMistakes } from '../../src/mistakes/line-mistakes.ts';
import { notations } from '../../src/mistakes/notation-mistakes.ts';
import { schemeMistakes } from '../../src/mistakes/scheme-mistakes.ts';
import { secretEncodingMistakes } from '../../src/mistakes/secret-encoding-mistakes.ts';
import { secretMistakes } from '../../src/mistakes/secret-mistakes.ts';
import { shellMistakes } from '../../src/mistakes/shell-mistakes.ts';
import { signedFormMistakes } from '../../src/mistakes/signed-form-mistakes.ts';
import { unlikelySecrets } from '../../src/mistakes/unlikely-secrets.ts';
import { renderings } from '../../src/signature/renderings.ts';

/** The name of each entry in the tables of mistakes. */
export const knownNames: readonly string[] = [
  ...[
    captureMistakes,
    encodingMistakes,
    jsonMistakes,
    styleMistakes,
    lineMistakes,
    notations,
    schemeMistakes,
  ],
  ...[secretEncodingMistakes, secretMistakes, shellMistakes, signedFormMistakes, unlikelySecrets, renderings],
].flatMap((table) => table.map(({ name }) => name));
