import { randomUUID } from 'node:crypto';
import type { Dialect } from '@spiderfoot-webhooks/core/events';
import {
  type Claim,
  type Claimed,
  type ClaimPlan,
  type LostDelivery,
  lostLetterOf,
  type Settlement,
  unknownEventType,
  type WorkerStore,
} from '@spiderfoot-webhooks/core/stores';
import type { Batches } from '../connection/batches.ts';
import type { Row, Value } from '../connection/clients.ts';
import type { Database } from '../connection/database.ts';
import type { StoreSettings } from '../options.ts';
import { bytesOf, handlersOf, textOf, timeOf } from '../rows/columns.ts';
import { toList } from '../rows/lists.ts';
import { toColumn } from '../rows/text.ts';
import type { Arrival } from './arrivals.ts';
import { bury, claim, correct, extend, release } from './claim-sql.ts';
import type { Settling } from './settlements.ts';

/** The writers that all endpoints share. */
export interface QueueWriters {
  readonly arrivals: Batches<Arrival, Claim | 'accepted' | 'duplicate'>;
  readonly settlements: Batches<Settling, boolean>;
}

type QueueSettings = Pick<StoreSettings, 'lease' | 'maxDelay' | 'pollInterval'>;

/** Milliseconds that a settlement waits for others, if no delivery waits for its worker. */
const settlementDelay = 5;

/** Milliseconds in which a claim may still be on its way from the connection to the worker, in addition to the patience. */
const unansweredMargin = 1000;

/** The rows of one endpoint's queue, for a worker of this process. Leases and due times are on the server's clock. */
export function createEndpointQueue(
  db: Database,
  { arrivals, settlements }: QueueWriters,
  endpoint: string,
  { lease, maxDelay, pollInterval }: QueueSettings,
): WorkerStore {
  const owner = randomUUID();
  const endpointCell = toColumn(endpoint);
  const write = (sql: (prefix: string) => string, ...values: Value[]) =>
    db.write({ text: sql(db.prefix), values });

  async function claimDeliveries(plan: ClaimPlan): Promise<Claimed> {
    const { places, held, takeOver, suspectFrom, maxAttempts, now } = plan;
    const suspects = takeOver === 'all' ? places : 0;
    const expired = takeOver === 'none' ? 0 : places;
    const limits = [suspectFrom, maxAttempts, suspects, expired];
    const rows = await write(claim, endpointCell, owner, toList(held), places, lease, ...limits);
    const wait = rows[0]?.wait ?? undefined;
    return {
      claims: rows.filter(({ id }) => id !== null).map((row) => toClaim(row, endpoint)),
      // The wait is a duration, so the clock of this machine may differ from the server's.
      nextDue: wait === undefined ? undefined : now + Number(wait),
    };
  }

  return {
    enqueue: (delivery, mayClaim) => arrivals.add({ delivery, worker: { owner, lease, mayClaim } }),
    claim: (plan) => claimDeliveries(plan()),
    settle({ key, attempt }, settlement: () => Settlement | undefined, { canWait }) {
      return settlements.add({ key, owner, attempt, settlement }, canWait ? settlementDelay : 0);
    },
    async release(keys) {
      await write(release, toList(keys), owner);
    },
    leases: {
      duration: lease,
      pollInterval,
      async extend(renewal) {
        const rows = await write(extend, lease, toList(renewal().keys), owner);
        return rows.map(({ id }) => String(id));
      },
      async tidy(plan) {
        const { held, maxAttempts, areExpiriesReliable } = plan();
        const unanswered = db.patience + unansweredMargin;
        await write(correct, endpointCell, maxDelay, lease, owner, toList(held), unanswered);
        if (!areExpiriesReliable) return [];
        const rows = await write(bury, endpointCell, owner, toList(held), maxAttempts);
        return rows.map((row) => toLostDelivery(row, endpoint));
      },
    },
  };
}

function toClaim(row: Row, endpoint: string): Claim {
  return {
    key: String(row.id),
    delivery: {
      id: textOf(row.delivery_id) ?? '',
      endpoint,
      receivedAt: timeOf(row.received) ?? new Date(0),
      ip: textOf(row.source_ip),
      eventType: textOf(row.event_type),
      dialect: textOf(row.dialect) as Dialect | undefined,
      scanId: textOf(row.scan_id),
      target: textOf(row.target),
      traceContext: textOf(row.trace_context),
      body: bytesOf(row.body),
    },
    attempt: Number(row.attempts),
    failures: Number(row.failures),
    handlers: handlersOf(row.handlers),
    isSuspect: row.class === '0',
  };
}

function toLostDelivery(row: Row, endpoint: string): LostDelivery {
  const letter = lostLetterOf({
    id: textOf(row.delivery_id),
    endpoint,
    eventType: textOf(row.event_type) ?? unknownEventType,
    scanId: textOf(row.scan_id),
    target: textOf(row.target),
    receivedAt: timeOf(row.received) ?? new Date(0),
    ip: textOf(row.source_ip),
    attempts: Number(row.attempts),
    handlers: handlersOf(row.handlers),
    error: textOf(row.error_message),
  });
  return { key: String(row.id), letter };
}
