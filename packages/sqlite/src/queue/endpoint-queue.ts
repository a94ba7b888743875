import { randomUUID } from 'node:crypto';
import type {
  Claim,
  Claimed,
  ClaimPlan,
  DurableStoreSettings,
  Settlement,
  StoredDelivery,
  StoredEvent,
  WorkerStore,
} from '@spiderfoot-webhooks/core/stores';
import type { Database } from '../database/database.ts';
import { insertDelivery } from '../rows/insert-delivery.ts';
import {
  addLeases,
  claimExpired,
  claimQueued,
  claimSuspect,
  deadLetterExpired,
  extend,
  firstExpiry,
  limitLeases,
  limitRetryWaits,
  makeNewDue,
  nextDue,
  release,
  settle,
  updateEvent,
} from './claim-sql.ts';
import { type ClaimedRow, type LostRow, toClaim, toLostDelivery } from './claimed-rows.ts';
import { enqueueDelivery } from './enqueue.ts';

type QueueSettings = Pick<DurableStoreSettings, 'lease' | 'maxDelay' | 'pollInterval'>;

/** The rows of one endpoint's queue, for a worker of this process. */
export function createEndpointQueue(
  db: Database,
  endpoint: string,
  { lease, maxDelay, pollInterval }: QueueSettings,
): WorkerStore {
  const owner = randomUUID();
  const run = (sql: string, ...values: unknown[]) => db.statement(sql).run(...values);

  function claimDeliveries(plan: ClaimPlan): Claimed {
    const { places, now } = plan;
    const { expiry } = db.statement(firstExpiry).get(endpoint) as { expiry: unknown };
    const hasExpired = typeof expiry === 'number' && expiry <= now;
    const expired = hasExpired && places > 0 ? claimLost(plan) : [];
    const rest = places - expired.length;
    const queued = rest > 0 ? claimBy(claimQueued, plan, { places: rest }) : [];
    const { due } = db.statement(nextDue).get(endpoint, now) as { due: unknown };
    // Another program may have written text. `tidy` turns it into a time.
    const later = [due, hasExpired ? null : expiry].filter((time) => typeof time === 'number');
    return {
      claims: [...expired, ...queued.map((row) => toClaim(row, endpoint, false))],
      nextDue: later.length === 0 ? undefined : Math.min(...later),
    };
  }

  /** Claim deliveries whose process was lost, before the queued ones. There are only as many of them as lost workers had. */
  function claimLost(plan: ClaimPlan): readonly Claim[] {
    const { places, held, takeOver, suspectFrom, maxAttempts } = plan;
    if (takeOver === 'none') return [];
    const limits = { held: toNumbers(held), suspectFrom };
    const suspects = takeOver === 'all' ? claimBy(claimSuspect, plan, { ...limits, maxAttempts }) : [];
    const others = claimBy(claimExpired, plan, { ...limits, places: places - suspects.length });
    return [
      ...suspects.map((row) => toClaim(row, endpoint, true)),
      ...others.map((row) => toClaim(row, endpoint, false)),
    ];
  }

  function claimBy(sql: string, { now, leaseUntil }: ClaimPlan, more: object): readonly ClaimedRow[] {
    const values = { endpoint, now, owner, leaseUntil, duration: lease, ...more };
    return db.statement(sql).all(values) as ClaimedRow[];
  }

  /** Store a new delivery and claim it with the same statement. @returns `undefined` if it is already stored */
  function claimNew(delivery: StoredDelivery): Claim | undefined {
    const until = Date.now() + lease;
    const initial = { state: 'running', attempts: 1, dueAt: null, lease: { owner, until, duration: lease } };
    const number = insertDelivery(db, delivery, initial);
    if (number === undefined) return undefined;
    return { key: String(number), delivery, attempt: 1, failures: 0, handlers: [], isSuspect: false };
  }

  function settleClaim({ key, attempt }: Claim, settlement: Settlement | undefined): boolean {
    if (settlement === undefined) return false;
    const { event } = settlement;
    const id = Number(key);
    const { changes } = run(settle, { ...toColumns(settlement), id, attempt, owner });
    if (changes === 0) return false;
    if (event !== undefined) run(updateEvent, { id, ...toEventColumns(event) });
    return true;
  }

  return {
    enqueue: (delivery, mayClaim) =>
      db.write(
        () => (mayClaim() ? claimNew(delivery) : undefined) ?? enqueueDelivery(db, delivery, Date.now()),
      ),
    claim: (plan) => db.writeLast(() => claimDeliveries(plan())),
    settle(claim, settlement, { canWait }) {
      // A settlement that can wait joins the commit of the next delivery.
      const write = canWait ? db.writeLater : db.write;
      return write(() => settleClaim(claim, settlement()));
    },
    release: (keys) => db.write(() => void run(release, toNumbers(keys), owner)),
    leases: {
      duration: lease,
      pollInterval,
      extend: (renewal) =>
        db.write(() => {
          const { keys, leaseUntil } = renewal();
          const rows = db.statement(extend).all(leaseUntil, toNumbers(keys), owner);
          return (rows as { readonly id: number }[]).map(({ id }) => String(id));
        }),
      tidy: (plan) =>
        db.write(() => {
          const { now, held, areExpiriesReliable, maxAttempts } = plan();
          const expired = { endpoint, now, maxAttempts, owner, held: toNumbers(held) };
          const lost = areExpiriesReliable ? db.statement(deadLetterExpired).all(expired) : [];
          run(makeNewDue, { endpoint, now });
          run(limitRetryWaits, { endpoint, now, maxDelay });
          run(limitLeases, { endpoint, now, duration: lease });
          run(addLeases, { endpoint, now, duration: lease });
          return (lost as LostRow[]).map((row) => toLostDelivery(row, endpoint));
        }),
    },
  };
}

/** @returns row numbers, as a JSON list for `json_each` */
function toNumbers(keys: readonly string[]): string {
  return JSON.stringify(keys.map(Number));
}

function toColumns({ state, failures, dueAt, requestedWait, error, handlers, code, issues }: Settlement) {
  return {
    state,
    failures,
    processed: state === 'processed' ? 1 : 0,
    dueAt: dueAt?.getTime() ?? null,
    wait: requestedWait ?? null,
    error: error ?? null,
    handlers: handlers === undefined ? null : JSON.stringify(handlers),
    code: code ?? null,
    issues: issues === undefined ? null : JSON.stringify(issues),
  };
}

function toEventColumns({ eventType, dialect, scanId, target }: StoredEvent) {
  return {
    eventType: eventType ?? null,
    dialect: dialect ?? null,
    scanId: scanId ?? null,
    target: target ?? null,
  };
}
