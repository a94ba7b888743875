import { randomUUID } from 'node:crypto';
import type {
  Claim,
  Claimed,
  ClaimPlan,
  Settlement,
  StoredDelivery,
  StoredEvent,
  WorkerStore,
} from '@spiderfoot-webhooks/core/stores';
import type { Commits } from '../database/group-commit.ts';
import type { Connection } from '../database/writable-connection.ts';
import type { StoreSettings } from '../options.ts';
import {
  buryExpired,
  claimDue,
  claimSuspect,
  describe,
  extend,
  nextDue,
  pullInLeases,
  pullInNew,
  pullInRetries,
  release,
  settle,
} from './claim-sql.ts';
import { type ClaimedRow, type LostRow, toClaim, toLostDelivery } from './claimed-rows.ts';
import { enqueueDelivery, insertNew } from './enqueue.ts';

type QueueSettings = Pick<StoreSettings, 'lease' | 'maxDelay' | 'pollInterval'>;

/** The rows of one endpoint's queue, for a worker of this process. */
export function createEndpointQueue(
  connection: Connection,
  commits: Commits,
  endpoint: string,
  { lease, maxDelay, pollInterval }: QueueSettings,
): WorkerStore {
  const token = `${lease}-${randomUUID()}`;
  const run = (sql: string, ...values: unknown[]) => connection.statement(sql).run(...values);

  function claimDeliveries(plan: ClaimPlan): Claimed {
    const { places, now, held, takeOver, suspectFrom, maxAttempts, leaseUntil } = plan;
    const values = { endpoint, now, suspectFrom, lease: token, held: toNumbers(held), until: leaseUntil };
    const claimBy = (sql: string, more: object) =>
      connection.statement(sql).all({ ...values, ...more }) as ClaimedRow[];
    const suspects = places > 0 && takeOver === 'all' ? claimBy(claimSuspect, { maxAttempts }) : [];
    const rest = { places: places - suspects.length, takeOver: takeOver === 'none' ? 0 : 1 };
    const others = rest.places > 0 ? claimBy(claimDue, rest) : [];
    const { due } = connection.statement(nextDue).get(endpoint, now) as { due: number | null };
    return {
      claims: [
        ...suspects.map((row) => toClaim(row, endpoint, true)),
        ...others.map((row) => toClaim(row, endpoint, false)),
      ],
      nextDue: due ?? undefined,
    };
  }

  /** Store a new delivery and claim it with the same statement. @returns `undefined` if it is already stored */
  function claimNew(delivery: StoredDelivery): Claim | undefined {
    const nextAttempt = Date.now() + lease;
    const standing = { state: 'running', attempts: 1, nextAttempt, lease: token };
    const number = insertNew(connection, delivery, standing);
    if (number === undefined) return undefined;
    return { key: String(number), delivery, attempt: 1, failures: 0, handlers: [], isSuspect: false };
  }

  function settleClaim({ key, attempt }: Claim, settlement: Settlement | undefined): boolean {
    if (settlement === undefined) return false;
    const { event } = settlement;
    const id = Number(key);
    const { changes } = run(settle, { ...toColumns(settlement), id, attempt, lease: token });
    if (changes === 0) return false;
    if (event !== undefined) run(describe, { id, ...toEventColumns(event) });
    return true;
  }

  return {
    enqueue: (delivery, mayClaim) =>
      commits.write(
        () =>
          (mayClaim() ? claimNew(delivery) : undefined) ?? enqueueDelivery(connection, delivery, Date.now()),
      ),
    claim: (plan) => commits.writeLast(() => claimDeliveries(plan())),
    settle(claim, settlement, { canWait }) {
      // The commit of the next arrival takes along what can wait.
      const write = canWait ? commits.writeLater : commits.write;
      return write(() => settleClaim(claim, settlement()));
    },
    release: (keys) => commits.write(() => void run(release, toNumbers(keys), token)),
    leases: {
      duration: lease,
      pollInterval,
      extend: (renewal) =>
        commits.write(() => {
          const { keys, leaseUntil } = renewal();
          const rows = connection.statement(extend).all(leaseUntil, toNumbers(keys), token);
          return (rows as { readonly id: number }[]).map(({ id }) => String(id));
        }),
      tidy: (plan) =>
        commits.write(() => {
          const { now, held, areExpiriesReliable, maxAttempts } = plan();
          const expired = { endpoint, now, maxAttempts, lease: token, held: toNumbers(held) };
          const lost = areExpiriesReliable ? connection.statement(buryExpired).all(expired) : [];
          run(pullInNew, { endpoint, now });
          run(pullInRetries, { endpoint, now, maxDelay });
          run(pullInLeases, { endpoint, now, lease });
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
    nextAttempt: dueAt?.getTime() ?? null,
    wait: requestedWait === undefined ? null : String(requestedWait),
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
