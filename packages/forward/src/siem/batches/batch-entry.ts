import type { FailureDetails } from '../../errors/failure.ts';
import { ForwardError } from '../../errors/forward-error.ts';
import { onAbort } from '../../on-abort.ts';

/** A request that carries a batch. */
interface BatchRequest {
  /** The number of handlers that still wait for the result. */
  waiting: number;
  readonly controller: AbortController;
}

/** A document in a batch, and the handler that waits for its result. */
export interface BatchEntry {
  readonly document: string;
  readonly bytes: number;
  /** The number of times that the target has deferred the document, for example with 429. */
  deferrals: number;
  /** Whether the handler was aborted. */
  aborted: boolean;
  request: BatchRequest | undefined;
  /** @param remark the target's remark on the document */
  accept(remark?: string): void;
  reject(error: unknown): void;
  fail(failure: FailureDetails): void;
}

/**
 * @param target the name of the target in errors
 * @param signal the handler's signal. When it is aborted, the handler fails immediately. When all handlers of a request
 *   are aborted, the request is also aborted.
 * @returns the entry, and a promise of the target's remark, which the handler awaits
 */
export function createBatchEntry(
  target: string,
  document: string,
  signal: AbortSignal,
): { readonly entry: BatchEntry; readonly settled: Promise<string | undefined> } {
  let accept: BatchEntry['accept'] = () => {};
  let reject: BatchEntry['reject'] = () => {};
  const settled = new Promise<string | undefined>((...settle) => {
    [accept, reject] = settle;
  });
  const entry: BatchEntry = {
    document,
    bytes: Buffer.byteLength(document),
    deferrals: 0,
    aborted: false,
    request: undefined,
    accept: (remark) => accept(remark),
    reject: (error) => reject(error),
    fail: (failure) => reject(new ForwardError(target, entry.deferrals + 1, failure)),
  };
  const stop = onAbort(signal, () => {
    entry.aborted = true;
    entry.fail({ code: 'aborted' });
    const { request } = entry;
    if (request === undefined) return;
    request.waiting -= 1;
    if (request.waiting === 0) request.controller.abort();
  });
  return { entry, settled: settled.finally(stop) };
}
