import type {
  RejectedRequest,
  RejectionRecord,
  RejectionWithRequest,
} from '@spiderfoot-webhooks/core/stores';
import { type Diagnosis, diagnoseNotation, type Evidence } from '@spiderfoot-webhooks/diagnose';
import {
  createDiagnosisThread,
  type DiagnosisThread,
  type ThreadDiagnosis,
} from '@spiderfoot-webhooks/diagnose/thread';
import type { Settings } from '../options.ts';

/** The parts of a diagnosis without a secret. */
interface ShownDiagnosis extends Pick<Diagnosis, 'steps' | 'mistakes'> {
  /** `notation` if the body is not known, and only the form of the signature is diagnosed. */
  readonly kind: Diagnosis['conclusion']['kind'] | 'notation';
  readonly conclusion: string;
}

/**
 * A diagnosis, or the reason why there is none. `no-secret`: the inspector has no secret. `impossible`: the secret is not
 * text, or the body is missing or cut. `busy`: too many others are waiting. `failed`: it exceeded a limit, or its thread
 * ended.
 */
export type DiagnosisResult = ShownDiagnosis | 'no-secret' | 'impossible' | 'busy' | 'failed';

/** Diagnoses the signatures of kept requests, one at a time. */
export interface Diagnoser {
  diagnose(rejection: RejectionWithRequest): Promise<DiagnosisResult>;
  /** Return a diagnosis that is kept in memory. `failed`: it exceeded a limit. */
  finished(rejection: RejectionRecord): ShownDiagnosis | 'failed' | undefined;
  /** The number of finished diagnoses. */
  readonly finishedCount: number;
  /** Whether a diagnosis that no user has asked for may begin. See {@link DiagnosisThread.hasTimeLeft}. */
  readonly hasTimeLeft: boolean;
  /** End the running diagnosis. */
  close(): Promise<void>;
}

/** The signature headers of SpiderFoot's senders, in the order in which a receiver reads them. */
const standardHeaders = ['x-spiderfoot-signature', 'x-spiderfoot-signature-256', 'x-signature-256'];

/** The time limit of a diagnosis, in milliseconds. */
const timeLimit = 15_000;
const mostWaiting = 8;
/** The most diagnoses that are kept. A rejected request never changes. */
const mostKept = 100;

/** Create a diagnoser, whose thread does not block the receiver that may run in this process. */
export function createDiagnoser(
  { secret, signatureHeaders }: Settings,
  thread: DiagnosisThread = createDiagnosisThread({ timeLimit }),
): Diagnoser {
  const kept = new Map<string, ShownDiagnosis | 'failed'>();
  let previous: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let finishedCount = 0;

  async function run(name: string, evidence: Evidence): Promise<ShownDiagnosis | 'failed'> {
    const result = await thread.diagnose(evidence);
    const shown = typeof result === 'string' ? 'failed' : toShown(result);
    // An open page asks again after each rejected request. A body that exceeds a limit would then keep a processor busy.
    if (shown !== 'failed' || result === 'time-limit' || result === 'memory-limit') keep(name, shown);
    return shown;
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
      const name = nameOf(rejection);
      if (request.body === undefined) return keepNotation(name, signed.signature) ?? 'impossible';
      if (typeof secret !== 'string' || request.truncated) return 'impossible';
      const evidence = { secret, body: request.body, ...signed };
      if (waiting >= mostWaiting) return kept.get(name) ?? 'busy';
      waiting++;
      const result = previous.then(() => kept.get(name) ?? run(name, evidence));
      previous = result.catch(() => {});
      try {
        return await result;
      } finally {
        waiting--;
      }
    },
    finished: (rejection) => kept.get(nameOf(rejection)),
    get finishedCount() {
      return finishedCount;
    },
    get hasTimeLeft() {
      return thread.hasTimeLeft;
    },
    close: () => thread.close(),
  };

  function keepNotation(name: string, signature: string): ShownDiagnosis | undefined {
    const diagnosis = notationOf(signature);
    if (diagnosis !== undefined && !kept.has(name)) keep(name, diagnosis);
    return diagnosis;
  }

  function keep(name: string, diagnosis: ShownDiagnosis | 'failed'): void {
    finishedCount++;
    kept.set(name, diagnosis);
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKept) break;
      kept.delete(oldest);
    }
  }
}

/** A store may use the key of a deleted rejection again. */
function nameOf({ key, receivedAt }: RejectionRecord): string {
  return `${key} ${receivedAt.getTime()}`;
}

function toShown({ steps, mistakes, conclusion }: ThreadDiagnosis): ShownDiagnosis {
  return { steps, mistakes, kind: conclusion.kind, conclusion: conclusion.text };
}

/** A malformed signature is rejected before the body is read. */
function notationOf(signature: string): ShownDiagnosis | undefined {
  const { steps, mistakes } = diagnoseNotation(signature);
  if (steps.every(({ verdict }) => verdict === 'right')) return undefined;
  const conclusion = 'The signature is malformed, so the receiver rejected it before it read the body.';
  return { steps, mistakes, kind: 'notation', conclusion };
}
