import type { Battered } from './batter.ts';

/** The totals of a run, for its progress messages. */
export interface Totals {
  readonly acknowledged: number;
  /** Requests without a response. */
  readonly broken: number;
  add(battered: Battered): void;
  line(): string;
}

export function createTotals(name: string): Totals {
  const start = performance.now();
  const sum = { kills: 0, sent: 0, acknowledged: 0, broken: 0, stored: 0, lost: 0, handledAgain: 0 };
  return {
    get acknowledged() {
      return sum.acknowledged;
    },
    get broken() {
      return sum.broken;
    },
    add({ kills, sent, evidence: { rows, steps } }) {
      const stored = new Set(rows.map(({ hash }) => hash));
      const handled = steps.filter(({ step }) => step === 'handled');
      sum.kills += kills;
      sum.sent += sent.all.size;
      sum.acknowledged += sent.acknowledged.size;
      sum.broken += sent.answers.get('broken') ?? 0;
      sum.stored += rows.length;
      sum.lost += [...sent.acknowledged].filter((hash) => !stored.has(hash)).length;
      sum.handledAgain += handled.length - new Set(handled.map(({ id }) => id)).size;
    },
    line() {
      const seconds = Math.round((performance.now() - start) / 1000);
      const { handledAgain, ...counts } = sum;
      const list = Object.entries({ ...counts, 'handled again': handledAgain }).map(
        ([counted, n]) => `${n} ${counted}`,
      );
      return `${name}, ${seconds} s: ${list.join(', ')}`;
    },
  };
}
