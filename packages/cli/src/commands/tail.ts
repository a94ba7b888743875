import type { DeliveryRecord } from '@spiderfoot-webhooks/core/stores';
import { Command } from 'commander';
import { parseWhole } from '../arguments/option-values.ts';
import {
  addFilters,
  addStore,
  capabilitiesFor,
  type FilterFlags,
  type StoreFlags,
  toFilter,
} from '../filters/filter-options.ts';
import { follow, latest } from '../log/follow.ts';
import { printDeliveries } from '../log/print-deliveries.ts';
import { withStoreToRead } from '../store/open-store.ts';
import { addExamples } from '../terminal/help.ts';
import { untilInterrupted } from '../terminal/interruption.ts';
import { lineWidth } from '../terminal/terminal-width.ts';

interface TailFlags extends StoreFlags, FilterFlags {
  readonly lines: number;
  readonly follow?: true;
  readonly json?: true;
}

/** `tail`: show the latest deliveries, and follow new ones. */
export function command(): Command {
  const tail = new Command('tail').description(
    'Show the latest deliveries, newest last. With --follow, keep showing new deliveries until you press Ctrl-C. Each line shows the state of a delivery at the time the line is printed, and does not change later.',
  );
  addFilters(addStore(tail))
    .option('-n, --lines <n>', 'the number of deliveries to show first', parseWhole, 10)
    .option('-f, --follow', 'show new deliveries as they arrive')
    .option('--json', 'print a line of JSON for each delivery')
    .action(async ({ store: location, lines, follow: followed, json, ...flags }: TailFlags) => {
      const show = async (record: DeliveryRecord) => {
        if (json === true) await printDeliveries(record);
        else {
          const { recordLine } = await import('../log/delivery-table.ts');
          console.log(recordLine(record, lineWidth()));
        }
      };
      await withStoreToRead(location, ['list', ...capabilitiesFor(flags)], async (store) => {
        const filter = await toFilter(store, flags);
        const { records, known } = await latest(store, filter, lines);
        for (const record of records) await show(record);
        if (followed !== true) return;
        for await (const record of follow(store, filter, known, untilInterrupted())) await show(record);
      });
    });
  return addExamples(tail, [
    ['tail', 'The latest ten deliveries'],
    ['tail -f --type high_risk_event', 'Findings as they arrive'],
    ['tail -n 0 -f --json | jq .target', 'JSON for another program'],
  ]);
}
