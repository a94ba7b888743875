import { BoundedMap } from '../../data/bounded-map.ts';
import { ConfigurationError } from '../../errors.ts';
import { isPositiveNumber } from '../../options/number-options.ts';
import type { DeliveryLog, LogEntry } from '../delivery-log.ts';
import { type DeliveryStore, MissingCapabilityError } from '../delivery-store.ts';
import { type DeliveryWithBody, unknownEventType } from '../records/delivery-record.ts';
import { addAttempt, type HandlerRecord } from '../records/handler-record.ts';
import { queryRecords, recordsToPrune } from '../records/record-queries.ts';
import { mayReplace } from '../rules/states.ts';

/** A log in the memory of this process. */
export interface MemoryLog extends Pick<DeliveryLog, 'record'>, DeliveryStore {}

/** An entry with its key and the records of its handlers. */
interface Kept {
  readonly key: string;
  readonly entry: LogEntry;
  readonly handlers: readonly HandlerRecord[];
}

/**
 * Create a log that keeps the latest deliveries in memory, for tests or to show recent deliveries. They are lost when the
 * process ends. The log cannot replay deliveries, and does not record rejections.
 * @param capacity the maximum number of deliveries. When the log is full, the oldest delivery is deleted
 * @example
 * const log = memoryLog();
 * const receiver = createReceiver({ secret, log });
 * app.get('/deliveries', async (req, res) => res.json((await log.list()).deliveries.map(deliveryJson)));
 */
export function memoryLog(capacity = 1000): MemoryLog {
  if (!isPositiveNumber(capacity)) throw new ConfigurationError('capacity', 'must be greater than 0.');
  const kept = new BoundedMap<string, Kept>(capacity);
  let latestKey = 0;

  async function record(entry: LogEntry): Promise<LogEntry | undefined> {
    const name = `${entry.endpoint}\n${entry.id}`;
    const known = kept.get(name);
    if (known !== undefined && !mayReplace(known.entry, entry.state)) return known.entry;
    const key = known?.key ?? String(++latestKey);
    kept.set(name, { key, entry: replaced(entry, known?.entry), handlers: handlersAfter(entry, known) });
    return known?.entry;
  }

  return {
    capabilities: new Set(['list', 'get', 'counts', 'prune', 'export', 'health', 'text']),
    record,
    ...queryRecords(() => [...kept.values()].map(toRecord)),
    async prune(options) {
      const pruned = recordsToPrune([...kept.values()].map(toRecord), options);
      for (const { endpoint, id } of pruned) kept.delete(`${endpoint}\n${id}`);
      return pruned.length;
    },
    async replay() {
      throw new MissingCapabilityError(
        'replay',
        'Use a store with a queue, such as openStore() from @spiderfoot-webhooks/sqlite.',
      );
    },
    async rejections() {
      throw new MissingCapabilityError('rejections', 'Use onOutcome() to see rejections.');
    },
    async rejection() {
      throw new MissingCapabilityError('rejection', 'Use onOutcome() to see rejections.');
    },
    async close() {},
  };
}

/** A `received` entry changes only the state of a known delivery. */
function replaced(entry: LogEntry, known: LogEntry | undefined): LogEntry {
  if (entry.state !== 'received' || known === undefined) return entry;
  return { ...entry, attempt: known.attempt, succeeded: known.succeeded };
}

function handlersAfter(entry: LogEntry, known: Kept | undefined): readonly HandlerRecord[] {
  const handlers = known?.handlers ?? [];
  return entry.state === 'processed' || entry.state === 'failed' ? addAttempt(handlers, entry) : handlers;
}

function toRecord({ key, entry, handlers }: Kept): DeliveryWithBody {
  const { id, endpoint, receivedAt, ip, eventType = unknownEventType, dialect, scanId, target, body } = entry;
  const { state, attempt: attempts, error, code, issues = [] } = entry;
  return {
    ...{ key, id, endpoint, receivedAt, ip, eventType, dialect, scanId, target, state, attempts },
    ...{ failures: 0, nextAttempt: undefined, handlers, error, code, issues, body },
  };
}
