import { type FailureDetails, ForwardError } from '../../errors/errors.ts';

/** A batch that is being sent, and how many still wait for what becomes of it. */
interface Sending {
  left: number;
  readonly controller: AbortController;
}

/** A document in a batch, and who waits for it. */
export interface Member {
  readonly document: string;
  readonly bytes: number;
  /** How often the target has put it off. */
  putOff: number;
  /** Its handler has given up. */
  gone: boolean;
  sending: Sending | undefined;
  /** @param remark the target's remark on the document */
  accept(remark?: string): void;
  reject(error: unknown): void;
  fail(failure: FailureDetails): void;
}

/**
 * @param target what errors call it
 * @param signal the handler's: when it gives up, it is told at once, and a request that nobody waits for any more is
 *   ended
 * @returns the member, and a promise of the target's remark, which the handler awaits
 */
export function createMember(
  target: string,
  document: string,
  signal: AbortSignal,
): { readonly member: Member; readonly settled: Promise<string | undefined> } {
  let accept: Member['accept'] = () => {};
  let reject: Member['reject'] = () => {};
  const settled = new Promise<string | undefined>((...settle) => {
    [accept, reject] = settle;
  });
  const member: Member = {
    document,
    bytes: Buffer.byteLength(document),
    putOff: 0,
    gone: false,
    sending: undefined,
    accept: (remark) => accept(remark),
    reject: (error) => reject(error),
    fail: (failure) => reject(new ForwardError(target, member.putOff + 1, failure)),
  };
  const giveUp = () => {
    member.gone = true;
    member.fail({ code: 'aborted' });
    const { sending } = member;
    if (sending === undefined) return;
    sending.left -= 1;
    if (sending.left === 0) sending.controller.abort();
  };
  if (signal.aborted) giveUp();
  else signal.addEventListener('abort', giveUp, { once: true });
  return { member, settled: settled.finally(() => signal.removeEventListener('abort', giveUp)) };
}
