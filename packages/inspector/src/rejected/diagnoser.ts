import { Worker } from 'node:worker_threads';
import type { RejectedRequest, RejectionWithRequest } from '@spiderfoot-webhooks/core/stores';
import { type Diagnosis, diagnoseNotation, type Evidence } from '@spiderfoot-webhooks/diagnose';
import type { Settings } from '../options.ts';

/** The parts of a diagnosis without a secret. */
interface ShownDiagnosis extends Pick<Diagnosis, 'steps' | 'mistakes'> {
  /** `notation` if the body is not known, and only the form of the signature is diagnosed. */
  readonly kind: Diagnosis['conclusion']['kind'] | 'notation';
  readonly conclusion: string;
}

/**
 * A diagnosis, or the reason why there is none. `no-secret`: the inspector has no secret. `impossible`: the secret is not text, or the body is missing or cut. `busy`:
 * too many others are waiting. `failed`: it took too long, or its thread ended.
 */
export type DiagnosisResult = ShownDiagnosis | 'no-secret' | 'impossible' | 'busy' | 'failed';

/** Diagnoses the signatures of kept requests, one at a time. */
export interface Diagnoser {
  diagnose(rejection: RejectionWithRequest): Promise<DiagnosisResult>;
  /** End the running diagnosis. */
  close(): void;
}

/** The signature headers of SpiderFoot's senders, in the order in which a receiver reads them. */
const standardHeaders = ['x-spiderfoot-signature', 'x-spiderfoot-signature-256', 'x-signature-256'];

/** The longest diagnosis, in milliseconds. A body of 64 KiB takes about two seconds. */
const longest = 15_000;
const mostWaiting = 8;
/** The most diagnoses that are kept. A rejected request never changes. */
const mostKept = 100;

// The built file, even when the sources run, because a thread cannot load TypeScript on every supported version of Node.
const script = new URL('../../dist/rejected/diagnosis-worker.js', import.meta.url);

/**
 * Create a diagnoser. A diagnosis hashes the body thousands of times, and any client can send such a body. So it runs in a
 * thread, and does not block the receiver that may run in this process.
 */
export function createDiagnoser({ secret, signatureHeaders }: Settings): Diagnoser {
  const kept = new Map<string, ShownDiagnosis>();
  let running: Worker | undefined;
  let previous: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  async function run(evidence: Evidence): Promise<ShownDiagnosis | 'failed'> {
    const worker = new Worker(script, { workerData: evidence, execArgv: [] });
    running = worker;
    worker.unref();
    const timer = setTimeout(() => void worker.terminate(), longest);
    try {
      return await new Promise((resolve) => {
        worker.once('message', resolve);
        worker.once('error', () => resolve('failed'));
        worker.once('exit', () => resolve('failed'));
      });
    } finally {
      clearTimeout(timer);
      void worker.terminate();
    }
  }

  function readHeaders({ headers }: RejectedRequest): Pick<Evidence, 'signature' | 'otherHeaders'> {
    const names = new Set([...(signatureHeaders ?? []), ...standardHeaders]);
    const [[, signature] = ['', ''], ...others] = [...names].flatMap((name) => {
      const value = headers.find(([other]) => other.toLowerCase() === name)?.[1];
      return value === undefined ? [] : [[name, value] as const];
    });
    return { signature, otherHeaders: Object.fromEntries(others) };
  }

  return {
    async diagnose(rejection) {
      if (secret === undefined) return 'no-secret';
      const { request } = rejection;
      if (request === undefined) return 'impossible';
      const signed = readHeaders(request);
      if (request.body === undefined) return notationOf(signed.signature) ?? 'impossible';
      if (typeof secret !== 'string' || request.truncated) return 'impossible';
      const evidence = { secret, body: request.body, ...signed };
      // A store may use the key of a deleted rejection again.
      const name = `${rejection.key} ${rejection.receivedAt.getTime()}`;
      if (waiting >= mostWaiting) return kept.get(name) ?? 'busy';
      waiting++;
      const result = previous.then(() => kept.get(name) ?? run(evidence));
      previous = result.catch(() => {});
      try {
        const diagnosis = await result;
        if (diagnosis !== 'failed') keep(name, diagnosis);
        return diagnosis;
      } finally {
        waiting--;
      }
    },
    close() {
      void running?.terminate();
    },
  };

  function keep(name: string, diagnosis: ShownDiagnosis): void {
    kept.set(name, diagnosis);
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKept) break;
      kept.delete(oldest);
    }
  }
}

/** A malformed signature is rejected before the body is read. */
function notationOf(signature: string): ShownDiagnosis | undefined {
  const { steps, mistakes } = diagnoseNotation(signature);
  if (steps.every(({ verdict }) => verdict === 'right')) return undefined;
  const conclusion = 'The signature is malformed, so the receiver rejected it before it read the body.';
  return { steps, mistakes, kind: 'notation', conclusion };
}
