import type { Claim, StoredDelivery } from '@spiderfoot-webhooks/core/stores';
import { type Batches, createBatches } from '../connection/batches.ts';
import type { Database } from '../connection/database.ts';
import type { Deadline } from '../connection/deadline.ts';
import { durable, written } from '../connection/durable-commit.ts';
import { insertDeliveries, type NewDelivery, nameOf } from '../rows/insert-deliveries.ts';
import { toList } from '../rows/lists.ts';
import { toColumn } from '../rows/text.ts';

/** A delivery that is put into the queue. */
export interface Arrival {
  readonly delivery: StoredDelivery;
  /** The worker that may claim the delivery at once. */
  readonly worker?: {
    readonly owner: string;
    /** The duration of its lease, in milliseconds. */
    readonly lease: number;
    readonly mayClaim: () => boolean;
  };
}

/** A dead, rejected, failed or ignored delivery is attempted again when it is sent again. */
export const queueAgain = (prefix: string) => `WITH ${durable}, ${written},
  again AS (
    UPDATE ${prefix}deliveries AS d SET state = 'queued', attempts = 0, failures = 0, due_at = 'epoch',
      next_attempt = NULL, requested_wait = NULL, lease_owner = NULL, lease_until = NULL, lease_duration = NULL,
      error_message = NULL, code = NULL, issues = NULL
    FROM unnest($1::text[], $2::text[]) AS s (endpoint, delivery_id)
    WHERE d.endpoint = s.endpoint AND d.delivery_id = s.delivery_id
      AND d.state NOT IN ('queued', 'running', 'processed')
    RETURNING d.endpoint, d.delivery_id)
  SELECT again.endpoint, again.delivery_id, written.position
  FROM written LEFT JOIN again ON true`;

/**
 * Create the writer of queued deliveries. It writes one batch at a time, so that a later delivery of this process never
 * overtakes an earlier one.
 * @param onQueued called after deliveries were stored that no worker of this process has claimed
 */
export function createArrivals(
  db: Database,
  onQueued: () => void,
): Batches<Arrival, Claim | 'accepted' | 'duplicate'> {
  async function putBack(
    deliveries: readonly StoredDelivery[],
    deadline: Deadline,
  ): Promise<ReadonlySet<string>> {
    if (deliveries.length === 0) return new Set();
    const endpoints = deliveries.map(({ endpoint }) => toColumn(endpoint));
    const values = [toList(endpoints), toList(deliveries.map(({ id }) => toColumn(id)))];
    const rows = await db.write({ text: queueAgain(db.prefix), values }, deadline);
    const queued = new Set(rows.map(({ endpoint, delivery_id }) => `${endpoint}\n${delivery_id}`));
    const isQueued = ({ endpoint, id }: StoredDelivery) =>
      queued.has(`${toColumn(endpoint)}\n${toColumn(id)}`);
    return new Set(deliveries.filter(isQueued).map(nameOf));
  }

  return createBatches({
    patience: db.patience,
    commits: db.commits,
    keyOf: ({ delivery }) => nameOf(delivery),
    sizeOf: ({ delivery }) => delivery.body.byteLength,
    async send(arrivals, deadline) {
      const rows = toRows(arrivals);
      const ids = await insertDeliveries(db, rows, deadline);
      const known = rows.filter(({ delivery }) => !ids.has(nameOf(delivery)));
      const again = await putBack(
        known.map(({ delivery }) => delivery),
        deadline,
      );
      const results = rows.map(({ delivery, state }) => {
        const key = ids.get(nameOf(delivery));
        if (key === undefined) return again.has(nameOf(delivery)) ? 'accepted' : 'duplicate';
        if (state === 'queued') return 'accepted';
        return { key, delivery, attempt: 1, failures: 0, handlers: [], isSuspect: false };
      });
      if (results.includes('accepted')) onQueued();
      return results;
    },
  });
}

/** If a delivery cannot be claimed at once, later ones of its endpoint must not overtake it. */
function toRows(arrivals: readonly Arrival[]): readonly NewDelivery[] {
  const waiting = new Set<string>();
  return arrivals.map(({ delivery, worker }) => {
    if (worker !== undefined && !waiting.has(delivery.endpoint) && worker.mayClaim()) {
      const { owner, lease } = worker;
      return { delivery, state: 'running', attempts: 1, owner, lease };
    }
    waiting.add(delivery.endpoint);
    return { delivery, state: 'queued', attempts: 0 };
  });
}
