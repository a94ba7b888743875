import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command, Option } from 'commander';
import { parseCount } from '../arguments/option-values.ts';
import {
  addDatabase,
  addFilters,
  type DatabaseFlags,
  type FilterFlags,
  toFilter,
} from '../filters/filter-options.ts';
import { type Period, periods } from '../log/periods.ts';
import { printDeliveries } from '../log/print-deliveries.ts';
import { findRecord } from '../store/find-delivery.ts';
import { withStoreToRead } from '../store/open-store.ts';
import { addExamples } from '../terminal/help.ts';
import { printJson } from '../terminal/print-json.ts';
import { columnsOf, lineWidth } from '../terminal/terminal-width.ts';

/** `log`: a look at what a receiver has written. */
export function command(): Command {
  const log = new Command('log').description(
    'Shows the deliveries in the database of a receiver, which may be running at the same time. A missing file is not created. Times are in the time zone of this machine, which you can set with TZ (TZ=UTC). In JSON and CSV, times are in UTC.',
  );
  log.addCommand(listCommand(), { isDefault: true });
  log.addCommand(showCommand());
  log.addCommand(statsCommand());
  log.addCommand(exportCommand());
  return addExamples(log, [
    ['log', 'The latest 50 deliveries in webhooks.db'],
    ['log list --state dead --since 7d', 'Dead letters of the last week'],
    ['log list --text "198.51.100.7" --json', 'Deliveries that mention an address, one line of JSON each'],
    ['log show 14', 'One delivery with its body'],
    ['log show 14 --raw | spiderfoot-webhooks sign --secret-file secret.txt', 'Its body, byte for byte'],
    ['log stats --since 24h', 'How many, over time and by type'],
    ['log export --format csv --output deliveries.csv', 'All of them as a table'],
  ]);
}

interface ListFlags extends DatabaseFlags, FilterFlags {
  readonly limit: number;
  readonly cursor?: string;
  readonly json?: true;
}

function listCommand(): Command {
  const list = new Command('list')
    .summary('the newest first')
    .description('Lists deliveries, the newest first.');
  return addFilters(addDatabase(list))
    .option('--limit <n>', 'how many, up to 1000', parseCount, 50)
    .option('--cursor <cursor>', 'continue after the previous page, whose output shows the cursor')
    .option('--json', 'print a line of JSON for each')
    .action(async ({ db, limit, cursor, json, ...flags }: ListFlags) => {
      const page = await withStoreToRead(db, ['list', 'counts'], async (store) =>
        store.list({ ...(await toFilter(store, flags)), limit, ...(cursor !== undefined && { cursor }) }),
      );
      const { deliveries } = page;
      if (json === true) await printDeliveries(...deliveries);
      else if (deliveries.length === 0) console.error('No deliveries.');
      else {
        const { recordLines } = await import('../log/delivery-table.ts');
        console.log(recordLines(deliveries, lineWidth()).join('\n'));
      }
      if (page.cursor !== undefined) console.error(`There are more: --cursor ${page.cursor}`);
    });
}

interface ShowFlags extends DatabaseFlags {
  readonly endpoint?: string;
  readonly raw?: true;
  readonly json?: true;
}

function showCommand(): Command {
  return addDatabase(new Command('show'))
    .summary('one, with its body')
    .description('Shows a delivery and its body.')
    .argument('<delivery>', 'its key or id')
    .option('--endpoint <name>', 'the endpoint that received it, if several have the same id')
    .addOption(new Option('--raw', 'only the body, byte for byte as received').conflicts('json'))
    .option('--json', 'print JSON')
    .action(async (key: string, { db, endpoint, raw, json }: ShowFlags) => {
      const record = await withStoreToRead(db, ['get'], (store) => findRecord(store, key, endpoint));
      if (raw === true) process.stdout.write(record.body);
      else if (json === true) await printDeliveries(record);
      else {
        const { deliveryLines } = await import('../log/delivery-details.ts');
        console.log(deliveryLines(record).join('\n'));
      }
    });
}

interface StatsFlags extends DatabaseFlags, Omit<FilterFlags, 'scan' | 'target' | 'text'> {
  readonly by?: Period;
  readonly json?: true;
}

function statsCommand(): Command {
  const stats = new Command('stats')
    .summary('how many, over time and by type')
    .description('Counts deliveries, with a bar chart over time and by type.');
  return addFilters(addDatabase(stats), ['type', 'state', 'endpoint', 'since', 'until'])
    .addOption(
      new Option('--by <period>', 'group by this period, in the time zone of this machine').choices(
        Object.keys(periods),
      ),
    )
    .option('--json', 'print JSON')
    .action(async ({ db, by, json, ...flags }: StatsFlags) => {
      const { readStats, statsLines } = await import('../log/stats.ts');
      const counted = await withStoreToRead(db, ['counts'], async (store) =>
        readStats(store, await toFilter(store, flags), by),
      );
      if (json === true) await printJson(counted);
      else console.log(statsLines(counted, columnsOf()).join('\n'));
    });
}

interface ExportFlags extends DatabaseFlags, FilterFlags {
  readonly format: 'jsonl' | 'csv';
  readonly output?: string;
}

function exportCommand(): Command {
  const exporting = new Command('export')
    .summary('as JSON lines or CSV')
    .description('Writes deliveries with their bodies as JSON lines or CSV, the newest first.');
  return addFilters(addDatabase(exporting))
    .addOption(new Option('--format <format>', 'how').choices(['jsonl', 'csv']).default('jsonl'))
    .option('--output <file>', 'the output file; an existing file is not overwritten')
    .action(async ({ db, format, output, ...flags }: ExportFlags) => {
      await withStoreToRead(db, ['export'], async (store) => {
        const filter = await toFilter(store, flags);
        let chunks = 0;
        async function* counted() {
          for await (const chunk of store.export(format, filter)) {
            chunks += 1;
            yield chunk;
          }
        }
        const lines = Readable.from(counted());
        if (output === undefined) await pipeline(lines, process.stdout, { end: false });
        else await pipeline(lines, createWriteStream(output, { flags: 'wx', mode: 0o600 }));
        // The first chunk of CSV is the header.
        if (chunks === (format === 'csv' ? 1 : 0)) console.error('No delivery matches: the export is empty.');
      });
    });
}
