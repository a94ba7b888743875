import { Command } from 'commander';
import type { CopyFlags } from '../copy/run.ts';
import { addExamples } from '../terminal/help.ts';

const description = `Copy the deliveries of a store to PostgreSQL: bodies, states, attempts, handlers and times, and the counts of rejections. FROM is a SQLite file or a postgres:// URL, and TO is a postgres:// URL. The tables are created if they are missing. FROM is not changed.

Stop the receivers of FROM first. Deliveries that TO already has are not changed, so you can interrupt the command and run it again. Queued deliveries are handled as soon as a receiver uses TO.`;

/** `copy`: copy the deliveries of a store to PostgreSQL. */
export function command(): Command {
  const copy = new Command('copy')
    .description(description)
    .argument('<from>', 'the store to copy: a SQLite file or a postgres:// URL')
    .argument('<to>', 'the store to copy to: a postgres:// URL')
    .option('--include-running', 'copy running deliveries as queued; only if no receiver uses FROM')
    .option('--dry-run', 'show how many deliveries would be copied, without copying them')
    .option('--json', 'print one line of JSON with the numbers of copied, known and skipped deliveries')
    .action(async (from: string, to: string, flags: CopyFlags) => {
      const { copy: run } = await import('../copy/run.ts');
      await run(from, to, flags);
    });
  return addExamples(copy, [
    ['copy webhooks.db postgres://app@db.example.com/webhooks --dry-run', 'Count the deliveries to copy'],
    ['copy webhooks.db postgres://app@db.example.com/webhooks', 'Move from one machine to several'],
  ]);
}
