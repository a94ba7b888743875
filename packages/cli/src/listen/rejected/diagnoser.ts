import type { Diagnosis, Evidence } from '@spiderfoot-webhooks/diagnose';
import { createDiagnosisThread } from '@spiderfoot-webhooks/diagnose/thread';

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

export function createDiagnoser(): Diagnoser {
  const thread = createDiagnosisThread({ timeLimit });
  let isRunning = false;
  let isClosed = false;
  return {
    get isFree() {
      return !isRunning && !isClosed && thread.hasTimeLeft;
    },
    async run(evidence) {
      if (!this.isFree) return undefined;
      isRunning = true;
      const result = await thread.diagnose(evidence);
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
