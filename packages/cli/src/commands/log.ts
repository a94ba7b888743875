import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command, Option } from 'commander';
import { parseCount } from '../arguments/option-values.ts';
import {
  addFilters,
  addStore,
  capabilitiesFor,
  type FilterFlags,
  type StoreFlags,
  toFilter,
} from '../filters/filter-options.ts';
import { type Period, periods } from '../log/periods.ts';
import { printDeliveries } from '../log/print-deliveries.ts';
import { findRecord } from '../store/find-delivery.ts';
import { withStoreToRead } from '../store/open-store.ts';
import { addExamples } from '../terminal/help.ts';
import { printPaged } from '../terminal/pager.ts';
import { printJson } from '../terminal/print-json.ts';
import { columnsOf, lineWidth } from '../terminal/terminal-width.ts';

const description = `Show the deliveries in the store of a receiver. The receiver may be running. A missing file is not created.

A delivery is "received" while its handlers run for the first time. Then it is "processed", or "failed" if a handler failed. It is "ignored" if the endpoint does not handle its type, and "rejected" if it is signed but its event is invalid or too old. With a queue, a delivery is "queued" or "running" first. After its last attempt has failed, it is "dead" (a dead letter).

Times are in the time zone of this machine. To show UTC, set TZ=UTC. In JSON and CSV, times are in UTC.`;

const noPager = 'print directly to the terminal, without a pager (PAGER or less)';

/** `log`: list, show, count and export the deliveries in a store. */
export function command(): Command {
  const log = new Command('log').description(description);
  log.addCommand(listCommand(), { isDefault: true });
  log.addCommand(showCommand());
  log.addCommand(statsCommand());
  log.addCommand(exportCommand());
  return addExamples(log, [
    ['log', 'The latest 50 deliveries in webhooks.db'],
    ['log list --state dead --since 7d', 'Dead letters from the last seven days'],
    ['log list --text "198.51.100.7" --json', 'Deliveries that contain an address, one line of JSON each'],
    ['log show 14', 'One delivery with its body'],
    [
      'log show 14 --raw | spiderfoot-webhooks sign --secret-file secret.txt',
      'The body of a delivery, byte for byte',
    ],
    ['log stats --since 24h', 'Counts over time and by type'],
    ['log export --format csv --output deliveries.csv', 'All deliveries as CSV'],
  ]);
}

interface ListFlags extends StoreFlags, FilterFlags {
  readonly limit: number;
  readonly cursor?: string;
  readonly sort: 'newest' | 'oldest';
  readonly json?: true;
  readonly pager: boolean;
}

function listCommand(): Command {
  const list = new Command('list')
    .summary('list deliveries, newest first')
    .description('List deliveries, newest first by default.');
  return addFilters(addStore(list))
    .option('--limit <n>', 'the maximum number of deliveries, up to 1000', parseCount, 50)
    .option('--cursor <cursor>', 'show the next page; each page prints the cursor of the next one')
    .addOption(
      new Option('--sort <order>', 'the deliveries to list first')
        .choices(['newest', 'oldest'])
        .default('newest'),
    )
    .option('--json', 'print a line of JSON for each delivery')
    .option('--no-pager', noPager)
    .action(async ({ store: location, limit, cursor, sort: order, json, pager, ...flags }: ListFlags) => {
      const page = await withStoreToRead(
        location,
        ['list', 'counts', ...capabilitiesFor(flags)],
        async (store) => {
          return store.list({ ...(await toFilter(store, flags)), limit, cursor, order });
        },
      );
      const { deliveries } = page;
      if (json === true) await printDeliveries(...deliveries);
      else if (deliveries.length === 0) console.error('No deliveries.');
      else {
        const { recordLines } = await import('../log/delivery-table.ts');
        await printPaged(recordLines(deliveries, lineWidth()).join('\n'), pager);
      }
      if (page.cursor === undefined) return;
      if (json === true) console.error(JSON.stringify({ cursor: page.cursor }));
      else console.error(`For the next page, add --cursor ${page.cursor}`);
    });
}

interface ShowFlags extends StoreFlags {
  readonly endpoint?: string;
  readonly raw?: true;
  readonly json?: true;
  readonly pager: boolean;
}

function showCommand(): Command {
  return addStore(new Command('show'))
    .summary('show a delivery and its body')
    .description('Show a delivery and its body.')
    .argument('<delivery>', 'the key or id of the delivery')
    .option('--endpoint <name>', 'the endpoint of the delivery, if several endpoints have the same id')
    .addOption(new Option('--raw', 'print only the body, byte for byte as received').conflicts('json'))
    .option('--json', 'print JSON')
    .option('--no-pager', noPager)
    .action(async (key: string, { store: location, endpoint, raw, json, pager }: ShowFlags) => {
      const record = await withStoreToRead(location, ['get'], (store) => findRecord(store, key, endpoint));
      if (raw === true) process.stdout.write(record.body);
      else if (json === true) await printDeliveries(record);
      else {
        const { deliveryLines } = await import('../log/delivery-details.ts');
        await printPaged(deliveryLines(record).join('\n'), pager);
      }
    });
}

interface StatsFlags extends StoreFlags, Omit<FilterFlags, 'scan' | 'target' | 'text'> {
  readonly by?: Period;
  readonly json?: true;
}

function statsCommand(): Command {
  const stats = new Command('stats')
    .summary('count deliveries over time and by type')
    .description('Count deliveries, with bar charts over time, by type and by state.');
  return addFilters(addStore(stats), ['type', 'state', 'endpoint', 'since', 'until'])
    .addOption(
      new Option('--by <period>', 'group by this period, in the time zone of this machine').choices(
        Object.keys(periods),
      ),
    )
    .option('--json', 'print JSON')
    .action(async ({ store: location, by, json, ...flags }: StatsFlags) => {
      const { readStats, statsLines } = await import('../log/stats.ts');
      const counted = await withStoreToRead(location, ['counts'], async (store) =>
        readStats(store, await toFilter(store, flags), by),
      );
      if (json === true) await printJson(counted);
      else console.log(statsLines(counted, columnsOf()).join('\n'));
    });
}

interface ExportFlags extends StoreFlags, FilterFlags {
  readonly format: 'jsonl' | 'csv';
  readonly output?: string;
}

function exportCommand(): Command {
  const exporting = new Command('export')
    .summary('export deliveries as JSON lines or CSV')
    .description('Export deliveries with their bodies, newest first, as one JSON object per line or as CSV.');
  return addFilters(addStore(exporting))
    .addOption(
      new Option('--format <format>', 'the output format').choices(['jsonl', 'csv']).default('jsonl'),
    )
    .option('--output <file>', 'the output file; an existing file is not overwritten')
    .action(async ({ store: location, format, output, ...flags }: ExportFlags) => {
      await withStoreToRead(location, ['export', ...capabilitiesFor(flags)], async (store) => {
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
        if (chunks === (format === 'csv' ? 1 : 0))
          console.error('No delivery matches, so the export is empty.');
      });
    });
}
