import type { ReplayOptions, StoreCapability } from '@spiderfoot-webhooks/core/stores';
import { Command, Option } from 'commander';
import { CommandFailure, UsageFailure } from '../failure/failure.ts';
import {
  addFilters,
  addStore,
  capabilitiesFor,
  type FilterFlags,
  isFiltered,
  type StoreFlags,
  toFilter,
} from '../filters/filter-options.ts';
import { countReplayable } from '../log/affected-deliveries.ts';
import { replayNamed } from '../log/replay-named.ts';
import { withStore, withStoreToRead } from '../store/open-store.ts';
import { confirm } from '../terminal/confirm.ts';
import { deliveryCount } from '../terminal/count-text.ts';
import { addExamples } from '../terminal/help.ts';
import { printJson } from '../terminal/print-json.ts';
import { printable } from '../terminal/printable.ts';

interface ReplayFlags extends StoreFlags, FilterFlags {
  readonly all?: true;
  readonly allHandlers?: true;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** `replay`: put deliveries back into the queue. */
export function command(): Command {
  const replay = new Command('replay')
    .description(
      'Run the handlers of deliveries again. A running receiver does this within a second. If none is running, the next receiver that you start does it. For a failed delivery, only the handlers that have not succeeded run again. For a processed delivery, all handlers run again. A delivery that is waiting for a retry is retried now.',
    )
    .argument('[deliveries...]', 'the keys or ids of the deliveries');
  addFilters(addStore(replay))
    .addOption(new Option('--all', 'replay all deliveries'))
    .option('--all-handlers', 'run all handlers again, including those that have succeeded')
    .option('--dry-run', 'show which or how many deliveries would be replayed, without replaying them')
    .option('--yes', 'do not ask for confirmation')
    .option(
      '--json',
      'print one line of JSON with the number of deliveries, and the deliveries that you named',
    )
    .action((keys: readonly string[], replayFlags: ReplayFlags) => {
      const { store: location, all, allHandlers, dryRun, yes, json = false, ...flags } = replayFlags;
      const isDryRun = dryRun === true;
      const options: ReplayOptions = { handlers: allHandlers === true ? 'all' : undefined };
      checkChoice(keys, flags, all === true);
      return (isDryRun ? withStoreToRead : withStore)(
        location,
        [...(isDryRun ? readingNeeds : changingNeeds), ...capabilitiesFor(flags)],
        async (store) => {
          if (keys.length > 0) {
            return replayNamed(store, keys, { ...options, endpoint: flags.endpoint?.[0], isDryRun, json });
          }
          const filter = await toFilter(store, flags);
          const { counts, areExact } = await countReplayable(store, filter, isDryRun);
          const count = [...counts.values()].reduce((sum, times) => sum + times, 0);
          const kinds = [...counts].map(([state, times]) => `${times} ${printable(state)}`).join(', ');
          const subject = `${areExact ? '' : 'up to '}${deliveryCount(count)} (${kinds})`;
          if (count === 0) throw new CommandFailure('There is nothing to replay.', { hint: nothingHint });
          if (isDryRun) {
            if (json) return printJson({ dryRun: true, replayed: count, states: Object.fromEntries(counts) });
            return console.log(`Would replay ${subject}.`);
          }
          await confirm({
            question: `Replay ${subject}?`,
            declined: 'Nothing was replayed.',
            yes: yes === true || count <= mostUnconfirmed,
          });
          const replayed = await store.replay(filter, options);
          if (json) await printJson({ dryRun: false, replayed });
          else console.log(`Replayed ${deliveryCount(replayed)}.`);
        },
      );
    });
  return addExamples(replay, [
    ['replay 14', 'One delivery, by its key'],
    ['replay --state dead --type high_risk_event', 'The dead letters of one type'],
    ['replay --state queued', 'After an outage: the deliveries that wait for a retry'],
    ['replay --state failed --since 1h --dry-run', 'Count the deliveries that would be replayed'],
    ['replay 14 --all-handlers', 'Also the handlers that have succeeded'],
  ]);
}

const readingNeeds: readonly StoreCapability[] = ['list', 'get'];
const changingNeeds: readonly StoreCapability[] = [...readingNeeds, 'replay'];

/** The number of deliveries that are replayed without confirmation, because running handlers again loses no data. */
const mostUnconfirmed = 10;

const nothingHint = '`log` lists the deliveries. Deliveries that are running or due now are not replayed.';

function checkChoice(
  keys: readonly string[],
  { endpoint = [], ...filters }: FilterFlags,
  all: boolean,
): void {
  const filtered = isFiltered(filters);
  if (keys.length > 0 && all)
    throw new UsageFailure(
      '--all cannot be combined with keys or ids.',
      'Remove --all, or the keys and ids.',
    );
  if (keys.length > 0 && (filtered || endpoint.length > 1)) {
    throw new UsageFailure(
      'Keys and ids cannot be combined with filters, except with one --endpoint.',
      'Pass only keys and ids, or only filters.',
    );
  }
  if (keys.length > 0 || filtered || endpoint.length > 0 || all) return;
  throw new UsageFailure(
    'No deliveries are selected.',
    'Pass keys or ids, a filter such as --state dead, or --all.',
  );
}
