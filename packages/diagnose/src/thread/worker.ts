import { parentPort } from 'node:worker_threads';
import { diagnose } from '../diagnose.ts';
import type { Evidence } from '../evidence.ts';
import { withoutSecrets } from './thread-diagnosis.ts';

parentPort?.on('message', (evidence: Evidence) => {
  parentPort?.postMessage(withoutSecrets(diagnose(evidence)));
});
