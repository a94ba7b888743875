import type { Row } from './engines/engine.ts';
import type { Evidence, Step } from './evidence.ts';

/** The number of deliveries for which each guarantee was broken. */
export interface Verdict {
  /** Acknowledged, but not in the store with the same bytes. */
  readonly lost: number;
  /** In the store more than once. */
  readonly doubled: number;
  /** In the store with bytes that were never sent. */
  readonly altered: number;
  /** Not processed and not a dead letter. A log has no workers, so only acknowledged deliveries count there. */
  readonly unfinished: number;
  /** Marked as processed although no handler has succeeded. */
  readonly unhandled: number;
  /** Handled before another connection could see it. */
  readonly early: number;
  /** Failed or started more often than allowed. */
  readonly overtried: number;
  /** A dead letter with fewer failures than maxAttempts. */
  readonly abandoned: number;
  /** Started twice with the same attempt, because two workers held one claim. */
  readonly shared: number;
  /** Corrupt stores. */
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
    early: new Set(steps.filter(({ committed }) => committed === false).map(({ id }) => id)).size,
    overtried: overtried.size,
    abandoned: rows.filter(({ state, failures }) => state === 'dead' && failures < maxAttempts).length,
    shared: mode === 'queue' ? begun.length - new Set(begun.map(claimOf)).size : 0,
    corrupt: integrity === 'ok' ? 0 : 1,
  };
}

function claimOf({ id, attempt }: Step): string {
  return `${id} ${attempt}`;
}
