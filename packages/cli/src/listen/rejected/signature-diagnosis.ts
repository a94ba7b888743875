import type { Diagnosis } from '@spiderfoot-webhooks/diagnose';

/** The parts of a diagnosis that may be shown. They contain no secret. */
export interface SignatureDiagnosis {
  readonly kind: Diagnosis['conclusion']['kind'];
  readonly text: string;
  /** The mistakes that explain the signature. */
  readonly mistakes: NonNullable<Diagnosis['mistakes']>;
}

export function withoutSecrets({ conclusion: { kind, text }, mistakes = [] }: Diagnosis): SignatureDiagnosis {
  return { kind, text, mistakes };
}
