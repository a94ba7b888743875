import type { PrunableState } from '@spiderfoot-webhooks/sqlite';
import { Command, Option } from 'commander';
import { confirmed } from '../log/confirm.ts';
import { addDatabase, type DatabaseFlags, readMoment, stateOption } from '../log/filters.ts';
import { withStore, withStoreToRead } from '../log/store.ts';
import { countPrunable, type Pruning } from '../log/upkeep.ts';
import { UsageFailure } from '../terminal/failure.ts';
import { addExamples } from '../terminal/help.ts';
import { parseWhole } from '../terminal/values.ts';

const prunable = ['processed', 'ignored', 'rejected', 'failed', 'dead'] as const satisfies PrunableState[];

interface PruneFlags extends DatabaseFlags {
  readonly before?: Date;
  readonly keep?: number;
  readonly state?: readonly PrunableState[];
  readonly dryRun?: true;
  readonly yes?: true;
}

/** `prune`: deletes old deliveries. */
export function command(): Command {
  const prune = new Command('prune').description(
    'Deletes old deliveries. What has not been processed stays, unless --state names it. An event that SpiderFoot sends again after its delivery was deleted counts as new.',
  );
  addDatabase(prune)
    .addOption(
      new Option('--before <time>', 'what was received before: 90d, 2026-01-31').argParser(readMoment),
    )
    .option('--keep <n>', 'all but so many of the newest', parseWhole)
    .addOption(
      stateOption(
        '--state <states...>',
        'which may go; by commas, or again for several (default: processed, ignored)',
        prunable,
      ),
    )
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--yes', 'do not ask')
    .action(async ({ db, before, keep, state = ['processed', 'ignored'], dryRun, yes }: PruneFlags) => {
      if (before === undefined && keep === undefined) {
        throw new UsageFailure('Nothing says how old.', 'Give --before 90d, --keep 10000, or both.');
      }
      const pruning: Pruning = {
        ...(before !== undefined && { before }),
        ...(keep !== undefined && { keep }),
        states: state,
      };
      await (dryRun === true ? withStoreToRead : withStore)(db, async (store) => {
        const count = await countPrunable(store, pruning);
        if (dryRun === true) return console.log(`Would delete ${count}.`);
        const isWanted = await confirmed({
          question: `Delete ${count} ${count === 1 ? 'delivery' : 'deliveries'} for good?`,
          refused: 'Nothing was deleted.',
          yes: yes === true || count === 0,
        });
        if (isWanted) console.log(`Deleted ${await store.prune(pruning)}.`);
      });
    });
  return addExamples(prune, [
    ['prune --before 90d', 'What is older than 90 days'],
    ['prune --keep 100000 --dry-run', 'How many there are beyond a hundred thousand'],
    ['prune --before 30d --state dead failed', 'What was given up, and is too old to matter'],
  ]);
}
