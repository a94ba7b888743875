import type { Diagnosis, Evidence } from '@spiderfoot-webhooks/diagnose';
import { createDiagnosisThread } from '@spiderfoot-webhooks/diagnose/thread';
import { createTimeAllowance } from './time-allowance.ts';

/** The parts of a diagnosis that are shown. They contain no secret. */
export interface SignatureDiagnosis {
  readonly kind: Diagnosis['conclusion']['kind'];
  readonly text: string;
  /** The mistakes that explain the signature. */
  readonly mistakes: NonNullable<Diagnosis['mistakes']>;
}

/** Diagnoses signatures in another thread, so that webhooks are answered in the meantime. */
export interface Diagnoser {
  /** Whether the next diagnosis can begin now. */
  readonly isFree: boolean;
  /** Diagnose a signature. @returns `undefined` if a diagnosis cannot begin now, or this one exceeds a limit */
  run(evidence: Evidence): Promise<SignatureDiagnosis | undefined>;
  close(): Promise<void>;
}

/** The time limit of a diagnosis, including the start of the thread, in milliseconds. */
const timeLimit = 10_000;

/**
 * The processor time for diagnoses, in milliseconds. Without a limit, a client that sends wrong signatures could keep a
 * processor busy. The burst is enough for a developer who tries again and again, because a diagnosis of an ordinary event takes
 * a fraction of a second.
 */
const allowed = { burst: 5000, share: 0.1 };

export function createDiagnoser(): Diagnoser {
  const thread = createDiagnosisThread({ timeLimit });
  const now = () => performance.now();
  const allowance = createTimeAllowance({ ...allowed, now });
  let isRunning = false;
  let isClosed = false;
  return {
    get isFree() {
      return !isRunning && !isClosed && allowance.isLeft;
    },
    async run(evidence) {
      if (!this.isFree) return undefined;
      isRunning = true;
      const start = now();
      const used = process.cpuUsage();
      const result = await thread.diagnose(evidence);
      // Both are at least the processor time of the thread. The elapsed time includes other programs, and the CPU time requests.
      allowance.spend(Math.min(now() - start, millisecondsOf(process.cpuUsage(used))));
      isRunning = false;
      if (typeof result === 'string') return undefined;
      const { conclusion, mistakes = [] } = result;
      return { kind: conclusion.kind, text: conclusion.text, mistakes };
    },
    close() {
      isClosed = true;
      return thread.close();
    },
  };
}

function millisecondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}
