import { parentPort } from 'node:worker_threads';
import { diagnose, type Evidence } from '@spiderfoot-webhooks/diagnose';
import { type SignatureDiagnosis, withoutSecrets } from './signature-diagnosis.ts';

/** The answer of the thread to an evidence. */
export interface ThreadAnswer {
  readonly diagnosis: SignatureDiagnosis;
  /** Milliseconds of work. */
  readonly ms: number;
}

parentPort?.on('message', (evidence: Evidence) => {
  const start = performance.now();
  const diagnosis = withoutSecrets(diagnose(evidence));
  const answer: ThreadAnswer = { diagnosis, ms: performance.now() - start };
  parentPort?.postMessage(answer);
});
