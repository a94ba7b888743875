import { LazyAbort } from '../../data/lazy-abort.ts';
import type { AttemptOptions } from '../queued-attempt.ts';
import { type RetryOptions, retryAt } from '../rules/settlement.ts';
import type { Claim } from './worker-store.ts';

/** One run of a claimed delivery. */
export class Attempt implements AttemptOptions {
  readonly claim: Claim;
  readonly retryAt: (retryAfter: number | undefined) => Date | undefined;
  readonly #abort = new LazyAbort();
  #isFinished = false;

  /** @param now returns milliseconds since 1970 */
  constructor(claim: Claim, now: () => number, options: RetryOptions) {
    this.claim = claim;
    this.retryAt = (retryAfter) =>
      // An aborted attempt no longer counts. Another one follows or is running.
      this.#abort.isAborted ? new Date(now()) : retryAt(claim.failures, retryAfter, now(), options);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Mark the attempt as finished, because its handlers have ended. */
  finish(): void {
    this.#isFinished = true;
  }

  /** Abort the handlers if they are still running. */
  abort(message: string): void {
    if (!this.#isFinished) this.#abort.abort(new Error(message));
  }
}
