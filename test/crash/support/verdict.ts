import type { Evidence, Row, Step } from './evidence.ts';

/** How many deliveries each promise was broken for. */
export interface Verdict {
  /** Acknowledged, and not in the database with these bytes. */
  readonly lost: number;
  /** In the database more than once. */
  readonly doubled: number;
  /** In the database with bytes that nobody has sent. */
  readonly altered: number;
  /** Neither done nor a dead letter; with a log, which has no workers, only what was acknowledged has to be. */
  readonly unfinished: number;
  /** Called done without a handler having succeeded. */
  readonly unhandled: number;
  /** Handled at a time at which no other connection saw it. */
  readonly early: number;
  /** Failed, or begun, more often than allowed. */
  readonly overtried: number;
  /** A dead letter before it has failed so often. */
  readonly abandoned: number;
  /** Begun twice under the same attempt: two workers held one claim. */
  readonly shared: number;
  /** Databases that are damaged. */
  readonly corrupt: number;
}

export const flawless: Verdict = {
  lost: 0,
  doubled: 0,
  altered: 0,
  unfinished: 0,
  unhandled: 0,
  early: 0,
  overtried: 0,
  abandoned: 0,
  shared: 0,
  corrupt: 0,
};

export function judge({ mode, maxAttempts, sent, rows, steps, integrity }: Evidence): Verdict {
  const stored = new Set(rows.map(({ hash }) => hash));
  const handled = new Set(steps.filter(({ step }) => step === 'handled').map(({ id }) => id));
  const begun = steps.filter(({ step }) => step === 'began');
  const isOver = ({ state }: Row) => state === 'processed' || (mode === 'queue' && state === 'dead');
  const mustBeOver = (row: Row) => mode === 'queue' || sent.acknowledged.has(row.hash);
  const overtried = new Set([
    ...rows.filter(({ failures }) => failures > maxAttempts).map(({ id }) => id),
    ...steps.filter(({ attempt }) => mode === 'queue' && attempt > maxAttempts).map(({ id }) => id),
  ]);
  return {
    lost: [...sent.acknowledged].filter((hash) => !stored.has(hash)).length,
    doubled: rows.length - Math.min(stored.size, new Set(rows.map(({ id }) => id)).size),
    altered: [...stored].filter((hash) => !sent.all.has(hash)).length,
    unfinished: rows.filter((row) => mustBeOver(row) && !isOver(row)).length,
    unhandled: rows.filter(({ id, state }) => state === 'processed' && !handled.has(id)).length,
    early: new Set(steps.filter(({ committed }) => !committed).map(({ id }) => id)).size,
    overtried: overtried.size,
    abandoned: rows.filter(({ state, failures }) => state === 'dead' && failures < maxAttempts).length,
    shared: mode === 'queue' ? begun.length - new Set(begun.map(claimOf)).size : 0,
    corrupt: integrity === 'ok' ? 0 : 1,
  };
}

function claimOf({ id, attempt }: Step): string {
  return `${id} ${attempt}`;
}
