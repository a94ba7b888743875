import {
  type PolicyOptions,
  readPolicyOptions,
  readWhole,
  rejectUnknown,
} from '../../attempts/policy-options.ts';
import { delayAfter } from '../../attempts/retry-after.ts';
import { type FailureDetails, ForwardError, isTransient } from '../../errors/errors.ts';
import type { BatchOptions } from '../options.ts';
import { policyOptionsOf } from '../read-options.ts';
import { createMember, type Member } from './batch-entry.ts';

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
  /** Send waiting documents, and give up those that the target has deferred. Resolves when all are settled. */
  close(): Promise<void>;
}

/**
 * Sends a batch.
 * @returns a settlement for each document, in order. A document without a settlement was accepted
 * @throws ForwardError if the batch as a whole was not accepted
 */
export type SendBatch = (documents: readonly string[], signal: AbortSignal) => Promise<readonly Settlement[]>;

/** Bytes; Splunk Cloud takes no more in a request. */
const fullBatch = 1_000_000;

/** Documents that are not settled: without a queue in front, a pile without a bound is a leak. */
const mostUnsettled = 10_000;

/**
 * @param target what errors call it
 * @throws ConfigurationError that names the option
 */
export function createBatches(
  target: string,
  { batch = {}, ...options }: PolicyOptions & { readonly batch?: BatchOptions },
  send: SendBatch,
): Batches {
  rejectUnknown(batch, ['size', 'wait'], 'batch.');
  const size = readWhole('batch.size', batch.size ?? 100, 1, 10_000);
  const wait = readWhole('batch.wait', batch.wait ?? 20, 0, 60_000);
  const policy = readPolicyOptions(policyOptionsOf(options));
  const unsettled = new Set<Promise<unknown>>();
  const putOff = new Map<Member, NodeJS.Timeout>();
  let waiting: Member[] = [];
  let bytes = 0;
  /** With nothing under way, what comes in one turn of the event loop leaves at its end: nobody waits for nobody. */
  let turn: NodeJS.Immediate | undefined;
  let timer: NodeJS.Timeout | undefined;
  let underWay = 0;
  let closed = false;

  function enqueue(member: Member): void {
    if (bytes + member.bytes > fullBatch) flush();
    waiting.push(member);
    bytes += member.bytes;
    if (waiting.length >= size) flush();
    else if (underWay === 0) turn ??= setImmediate(flush);
    else timer ??= setTimeout(flush, wait);
  }

  function flush(): void {
    clearImmediate(turn);
    clearTimeout(timer);
    turn = undefined;
    timer = undefined;
    const members = waiting;
    waiting = [];
    bytes = 0;
    underWay += 1;
    void deliver(members).finally(() => {
      underWay -= 1;
      // Those that waited for company have had it: what the last batch held back.
      if (underWay === 0 && waiting.length > 0) flush();
    });
  }

  async function deliver(batch: readonly Member[]): Promise<void> {
    const members = batch.filter(({ gone }) => !gone);
    if (members.length === 0) return;
    const sending = { left: members.length, controller: new AbortController() };
    for (const member of members) member.sending = sending;
    const documents = members.map(({ document }) => document);
    try {
      const settlements = await send(documents, sending.controller.signal);
      for (const [i, member] of members.entries()) conclude(member, settlements[i]);
    } catch (error) {
      if (members.length === 1 || !isRefusedWhole(error)) {
        for (const member of members) member.reject(error);
        return;
      }
      // One of them is at fault, or all are too much: halves find out which.
      const half = members.length >> 1;
      await Promise.all([deliver(members.slice(0, half)), deliver(members.slice(half))]);
    }
  }

  function conclude(member: Member, { failure, remark }: Settlement = {}): void {
    if (failure === undefined) member.accept(remark);
    else if (isTransient(failure) && member.putOff < policy.retries && !member.gone && !closed) {
      tryAgain(member, failure);
    } else member.fail(failure);
  }

  function tryAgain(member: Member, { retryAfter }: FailureDetails): void {
    member.putOff += 1;
    const again = () => {
      putOff.delete(member);
      enqueue(member);
    };
    putOff.set(member, setTimeout(again, delayAfter(member.putOff, retryAfter, policy)));
  }

  return {
    async add(document, signal) {
      const { member, settled } = createMember(target, document, signal);
      if (closed) member.fail({ code: 'closed' });
      else if (unsettled.size >= mostUnsettled) member.fail({ code: 'overloaded' });
      else if (!member.gone) enqueue(member);
      unsettled.add(settled);
      return settled.finally(() => unsettled.delete(settled));
    },
    async close() {
      closed = true;
      flush();
      for (const [member, timer] of putOff) {
        clearTimeout(timer);
        member.fail({ code: 'closed' });
      }
      putOff.clear();
      await Promise.allSettled(unsettled);
    },
  };
}

/** The target has found fault with a batch, and said of none of its documents that it is in order. */
function isRefusedWhole(error: unknown): boolean {
  return error instanceof ForwardError && (error.status === 400 || error.status === 413);
}
