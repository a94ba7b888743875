import type { Diagnosis } from '../diagnose.ts';

/** A diagnosis without its secrets, which do not leave the thread. */
export type ThreadDiagnosis = Omit<Diagnosis, 'expected' | 'found'>;

export function withoutSecrets({ expected, found, ...shown }: Diagnosis): ThreadDiagnosis {
  return shown;
}
