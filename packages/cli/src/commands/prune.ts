import { prunableStates } from '@spiderfoot-webhooks/core/config/values';
import type { PrunableState } from '@spiderfoot-webhooks/core/stores';
import { Command, Option } from 'commander';
import { parseWhole } from '../arguments/option-values.ts';
import { UsageFailure } from '../failure/failure.ts';
import { addStore, readTime, type StoreFlags, stateOption } from '../filters/filter-options.ts';
import { countPrunable, type Pruning } from '../log/affected-deliveries.ts';
import { withStore, withStoreToRead } from '../store/open-store.ts';
import { confirm } from '../terminal/confirm.ts';
import { deliveryCount } from '../terminal/count-text.ts';
import { addExamples } from '../terminal/help.ts';
import { printJson } from '../terminal/print-json.ts';

interface PruneFlags extends StoreFlags {
  readonly before?: Date;
  readonly keep?: number;
  readonly state?: readonly PrunableState[];
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** `prune`: delete old deliveries. */
export function command(): Command {
  const prune = new Command('prune').description(
    'Delete old deliveries. Only processed and ignored deliveries are deleted, unless you name other states with --state. If SpiderFoot sends an event again after its delivery was deleted, the receiver handles the event as a new one.',
  );
  addStore(prune)
    .addOption(
      new Option('--before <time>', 'delete deliveries received before this time: 90d, 2026-01-31').argParser(
        readTime,
      ),
    )
    .option('--keep <n>', 'keep this number of the newest deliveries, and delete older ones', parseWhole)
    .addOption(
      stateOption(
        '--state <states...>',
        'delete deliveries in these states; separate with commas or repeat for several (default: processed, ignored)',
        prunableStates,
      ),
    )
    .option('--dry-run', 'show how many deliveries would be deleted, without deleting them')
    .option('--yes', 'do not ask for confirmation')
    .option('--json', 'print one line of JSON with the number of deleted deliveries')
    .action(
      async ({
        store: location,
        before,
        keep,
        state = ['processed', 'ignored'],
        dryRun,
        yes,
        json,
      }: PruneFlags) => {
        if (before === undefined && keep === undefined) {
          throw new UsageFailure('No deliveries are selected.', 'Pass --before 90d, --keep 10000, or both.');
        }
        const pruning: Pruning = {
          ...(before !== undefined && { before }),
          ...(keep !== undefined && { keep }),
          states: state,
        };
        const isDryRun = dryRun === true;
        const show = async (deleted: number) => {
          if (json === true) await printJson({ dryRun: isDryRun, deleted });
          else console.log(`${isDryRun ? 'Would delete' : 'Deleted'} ${deliveryCount(deleted)}.`);
        };
        await (isDryRun ? withStoreToRead : withStore)(
          location,
          isDryRun ? ['list', 'counts'] : ['list', 'counts', 'prune'],
          async (store) => {
            const count = await countPrunable(store, pruning);
            if (isDryRun) return show(count);
            await confirm({
              question: `Permanently delete ${deliveryCount(count)}?`,
              declined: 'Nothing was deleted.',
              yes: yes === true || count === 0,
            });
            await show(await store.prune(pruning));
          },
        );
      },
    );
  return addExamples(prune, [
    ['prune --before 90d', 'Deliveries older than 90 days'],
    ['prune --keep 100000 --dry-run', 'Count the deliveries to delete if the newest 100,000 are kept'],
    ['prune --before 30d --state dead failed', 'Failed deliveries and dead letters older than 30 days'],
  ]);
}
