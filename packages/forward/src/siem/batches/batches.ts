import { type PolicyOptions, readPolicyOptions } from '../../attempts/policy-options.ts';
import { delayAfter } from '../../attempts/retry-delay.ts';
import { type FailureDetails, isTransient } from '../../errors/failure.ts';
import { ForwardError } from '../../errors/forward-error.ts';
import { readInteger, rejectUnknown } from '../../option-checks.ts';
import type { BatchOptions } from '../options.ts';
import { policyOptionsOf } from '../read-options.ts';
import { type BatchEntry, createBatchEntry } from './batch-entry.ts';

/** The result for one document. */
export interface Settlement {
  /** The reason why the target rejected the document. `undefined` if it was accepted. */
  readonly failure?: FailureDetails | undefined;
  /** A remark of the target on a document that it accepted. */
  readonly remark?: string | undefined;
}

/** Sends documents in batches, and settles each document with its own result. */
export interface Batches {
  /**
   * Send a document. Resolves to the target's remark once the target has accepted the document.
   * @throws ForwardError
   */
  add(document: string, signal: AbortSignal): Promise<string | undefined>;
  /** Send waiting documents, and fail those that the target has deferred. Resolves when all are settled. */
  close(): Promise<void>;
}

/**
 * Sends a batch.
 * @returns a settlement for each document, in order. A document without a settlement was accepted
 * @throws ForwardError if the complete batch was rejected
 */
export type SendBatch = (documents: readonly string[], signal: AbortSignal) => Promise<readonly Settlement[]>;

/** Splunk Cloud's limit for a request, in bytes. */
const maxBatchBytes = 1_000_000;

/** Without a queue in front, an unlimited number of unsettled documents would be a memory leak. */
const maxUnsettled = 10_000;

/**
 * @param host the host of the target in errors
 * @throws ConfigurationError that names the option
 */
export function createBatches(
  host: string,
  { batch = {}, ...options }: PolicyOptions & { readonly batch?: BatchOptions },
  send: SendBatch,
): Batches {
  rejectUnknown(batch, ['size', 'wait'], 'batch.');
  const size = readInteger('batch.size', batch.size ?? 100, 1, 10_000);
  const wait = readInteger('batch.wait', batch.wait ?? 20, 0, 60_000);
  const policy = readPolicyOptions(policyOptionsOf(options));
  const { observe } = policy;
  observe?.({ kind: 'ready', target: 'siem', host, batches: true });
  const unsettled = new Set<Promise<unknown>>();
  const deferred = new Map<BatchEntry, NodeJS.Timeout>();
  let waiting: BatchEntry[] = [];
  let bytes = 0;
  /** Sends the documents of one turn of the event loop at its end, without a wait. Used if no batch is being sent. */
  let turn: NodeJS.Immediate | undefined;
  let timer: NodeJS.Timeout | undefined;
  let sending = 0;
  let closed = false;

  function enqueue(entry: BatchEntry): void {
    if (bytes + entry.bytes > maxBatchBytes) flush();
    waiting.push(entry);
    bytes += entry.bytes;
    if (waiting.length >= size) flush();
    else if (sending === 0) turn ??= setImmediate(flush);
    else timer ??= setTimeout(flush, wait);
  }

  function flush(): void {
    clearImmediate(turn);
    clearTimeout(timer);
    turn = undefined;
    timer = undefined;
    const entries = waiting;
    waiting = [];
    bytes = 0;
    sending += 1;
    void deliver(entries).finally(() => {
      sending -= 1;
      // Documents that arrived during the last batch have already waited for its result. Send them without `wait`.
      if (sending === 0 && waiting.length > 0) flush();
    });
  }

  async function deliver(batch: readonly BatchEntry[]): Promise<void> {
    const entries = batch.filter(({ aborted }) => !aborted);
    if (entries.length === 0) return;
    const request = { waiting: entries.length, controller: new AbortController() };
    for (const entry of entries) entry.request = request;
    observe?.({ kind: 'batch', target: 'siem', host, size: entries.length });
    const documents = entries.map(({ document }) => document);
    try {
      const settlements = await send(documents, request.controller.signal);
      for (const [i, entry] of entries.entries()) settle(entry, settlements[i]);
    } catch (error) {
      if (entries.length === 1 || !isBatchRejected(error)) {
        for (const entry of entries) entry.reject(error);
        return;
      }
      // One document is invalid, or the batch is too large. Sending it in halves isolates the document.
      const half = entries.length >> 1;
      await Promise.all([deliver(entries.slice(0, half)), deliver(entries.slice(half))]);
    }
  }

  function settle(entry: BatchEntry, { failure, remark }: Settlement = {}): void {
    if (failure === undefined) entry.accept(remark);
    else if (isTransient(failure) && entry.deferrals < policy.retries && !entry.aborted && !closed) {
      retryLater(entry, failure);
    } else entry.fail(failure);
  }

  function retryLater(entry: BatchEntry, { retryAfter }: FailureDetails): void {
    entry.deferrals += 1;
    const requeue = () => {
      deferred.delete(entry);
      enqueue(entry);
    };
    deferred.set(entry, setTimeout(requeue, delayAfter(entry.deferrals, retryAfter, policy)));
  }

  return {
    async add(document, signal) {
      const { entry, settled } = createBatchEntry(`siem (${host})`, document, signal);
      if (closed) entry.fail({ code: 'closed' });
      else if (unsettled.size >= maxUnsettled) entry.fail({ code: 'overloaded' });
      else if (!entry.aborted) enqueue(entry);
      unsettled.add(settled);
      return settled.finally(() => unsettled.delete(settled));
    },
    async close() {
      closed = true;
      flush();
      for (const [entry, timer] of deferred) {
        clearTimeout(timer);
        entry.fail({ code: 'closed' });
      }
      deferred.clear();
      await Promise.allSettled(unsettled);
    },
  };
}

/** Return whether the target rejected the complete batch, although it may accept some of its documents. */
function isBatchRejected(error: unknown): boolean {
  return error instanceof ForwardError && (error.status === 400 || error.status === 413);
}
