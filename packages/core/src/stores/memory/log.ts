import { BoundedMap } from '../../data/bounded-map.ts';
import { ConfigurationError } from '../../errors.ts';
import { isPositiveNumber } from '../../options/number-options.ts';
import type { DeliveryLog, LogEntry } from '../delivery-log.ts';
import { mayReplace } from '../rules/states.ts';

/** A log in this process's memory. */
export interface MemoryLog extends DeliveryLog {
  /** The entries, oldest first. */
  entries(): readonly LogEntry[];
}

/**
 * A log that keeps the latest deliveries in memory: for tests, and for a look at what came in. Gone with the
 * process.
 * @param capacity how many deliveries are kept; the oldest goes first
 * @example
 * const log = memoryLog();
 * const receiver = createReceiver({ secret, log });
 * app.get('/deliveries', (req, res) => res.json(log.entries().map(({ body, ...entry }) => entry)));
 */
export function memoryLog(capacity = 1000): MemoryLog {
  if (!isPositiveNumber(capacity)) throw new ConfigurationError('capacity', 'must be 1 or more deliveries.');
  const entries = new BoundedMap<string, LogEntry>(capacity);
  const key = (endpoint: string, id: string) => `${endpoint}\n${id}`;
  return {
    async record(entry) {
      const name = key(entry.endpoint, entry.id);
      const known = entries.get(name);
      if (known !== undefined && !mayReplace(known, entry.state)) return known;
      const standing = entry.state === 'received' ? known : undefined;
      entries.set(name, {
        ...entry,
        ...(standing && { attempt: standing.attempt, succeeded: standing.succeeded }),
      });
      return known;
    },
    entries: () => [...entries.values()],
  };
}
