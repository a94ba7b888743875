import type { Mistake } from './mistakes/mistake.ts';
import { readSignature } from './signature/read-signature.ts';
import { signatureSteps } from './steps/signature-steps.ts';
import type { Step } from './steps/step.ts';

/** The result of {@link diagnoseNotation}. It contains no secret. */
export interface NotationDiagnosis {
  readonly steps: readonly Step[];
  /** The mistakes that the notation shows. Empty if it is correct or unknown. */
  readonly mistakes: readonly Mistake[];
}

/**
 * Check a signature without its body. A receiver rejects a malformed signature before it reads the body. The mistakes are
 * likely, but not proven: only the body and the secret can reproduce a signature.
 * @example
 * ```ts
 * const { mistakes } = diagnoseNotation('sha256=6448ADD089F101E83718FCEFB41A33A4BB23002F');
 * console.log(mistakes[0]?.name); // signature-sha-1
 * ```
 */
export function diagnoseNotation(signature: string): NotationDiagnosis {
  // The first reading is the complete digest. The others assume that digits are missing or were added.
  const [reading] = readSignature(signature);
  return { steps: signatureSteps(signature), mistakes: reading?.mistakes ?? [] };
}
