import type { DeliveryStore } from '../delivery-store.ts';
import { countRecords, readCountOptions } from './delivery-counts.ts';
import { exportLines } from './delivery-export.ts';
import { checkFilter, type DeliveryFilter, matchesFilter } from './delivery-filter.ts';
import { type ListOrder, type ListPlace, readListOptions, toPage } from './delivery-page.ts';
import type { DeliveryWithBody } from './delivery-record.ts';
import { type PruneOptions, readPruneOptions } from './prune-options.ts';
import { matchesText, searchWords } from './search-text.ts';

/** The methods of a `DeliveryStore` that only read. */
export type RecordQueries = Pick<DeliveryStore, 'list' | 'get' | 'counts' | 'export' | 'health'>;

/** The number of deliveries whose bodies are loaded at once for an export. */
const exportPage = 100;

/**
 * Implement the methods of a `DeliveryStore` that only read, for a store that holds its deliveries in memory.
 * @param all returns all deliveries. Their keys are whole numbers in the order of arrival, as text
 */
export function queryRecords(all: () => Iterable<DeliveryWithBody>): RecordQueries {
  const select = (filter: DeliveryFilter) => selectRecords(all(), filter);

  async function* pages(filter: DeliveryFilter) {
    const found = select(filter);
    for (let start = 0; start < found.length; start += exportPage) {
      yield found.slice(start, start + exportPage);
    }
  }

  return {
    async list(options) {
      const { filter, limit, after, order } = readListOptions(options);
      const selected = order === 'newest' ? select(filter) : select(filter).toReversed();
      const records = selected
        .filter((record) => after === undefined || isAfter(record, after, order))
        .slice(0, limit);
      return toPage(
        records.map(({ body: _, ...record }) => record),
        limit,
      );
    },
    async get(which, endpoint) {
      const records = newestFirst(all());
      const isSought = ({ id, endpoint: at }: DeliveryWithBody) =>
        id === which && (endpoint === undefined || at === endpoint);
      return records.find(({ key }) => key === which) ?? records.find(isSought);
    },
    async counts(options) {
      const request = readCountOptions(options);
      return countRecords(select(request.filter), request);
    },
    export: (format, filter = {}) => exportLines(pages(filter), format),
    async health() {
      const now = new Date();
      const records = newestFirst(all());
      const queued = records.filter(({ state }) => state === 'queued');
      const delayed = queued.filter(({ nextAttempt = now }) => nextAttempt > now).length;
      const count = (wanted: string) => records.filter(({ state }) => state === wanted).length;
      return {
        ...{ ready: true, waiting: queued.length - delayed, delayed },
        ...{ running: count('running'), dead: count('dead'), oldest: queued.at(-1)?.receivedAt },
      };
    },
  };
}

/**
 * Return the deliveries that a filter selects, newest first.
 * @throws ConfigurationError that names the filter, if it is invalid
 */
export function selectRecords(
  all: Iterable<DeliveryWithBody>,
  filter: DeliveryFilter,
): readonly DeliveryWithBody[] {
  checkFilter(filter);
  return newestFirst(all).filter((record) => matches(filter, record));
}

/**
 * Return the deliveries that `prune` deletes.
 * @throws ConfigurationError that names the option
 */
export function recordsToPrune<Stored extends Pick<DeliveryWithBody, 'key' | 'receivedAt' | 'state'>>(
  all: Iterable<Stored>,
  options: PruneOptions,
): readonly Stored[] {
  const { before, keep = 0, states } = readPruneOptions(options);
  const names: readonly string[] = states;
  return newestFirst(all)
    .slice(keep)
    .filter(
      ({ state, receivedAt }) => names.includes(state) && (before === undefined || receivedAt < before),
    );
}

function matches({ text, ...filter }: DeliveryFilter, record: DeliveryWithBody): boolean {
  if (!matchesFilter(filter, record)) return false;
  return text === undefined || matchesText(searchWords(text), new TextDecoder().decode(record.body));
}

function newestFirst<Stored extends Pick<DeliveryWithBody, 'key' | 'receivedAt'>>(
  records: Iterable<Stored>,
): readonly Stored[] {
  return [...records].sort(
    (a, b) => b.receivedAt.getTime() - a.receivedAt.getTime() || Number(b.key) - Number(a.key),
  );
}

function isAfter({ receivedAt, key }: DeliveryWithBody, after: ListPlace, order: ListOrder): boolean {
  const later = receivedAt.getTime() - after.receivedAt || Number(key) - Number(after.key);
  return order === 'newest' ? later < 0 : later > 0;
}
