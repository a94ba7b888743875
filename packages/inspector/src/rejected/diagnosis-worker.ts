/** Runs one diagnosis in a thread of its own. The secrets that a diagnosis contains do not leave the thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { diagnose } from '@spiderfoot-webhooks/diagnose';

const { conclusion, mistakes, steps } = diagnose(workerData);
parentPort?.postMessage({ kind: conclusion.kind, conclusion: conclusion.text, mistakes, steps });
