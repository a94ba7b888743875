import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Claim,
  HandlerRecord,
  Settlement,
  StoredDelivery,
  WorkerStore,
} from '../../src/stores/index.ts';

interface Row {
  readonly delivery: StoredDelivery;
  state: Settlement['state'] | 'running';
  dueAt: number;
  attempt: number;
  failures: number;
  handlers: readonly HandlerRecord[];
}

/** Create a queue that answers asynchronously, like a database on another machine. Another process can take its claims. */
export function createSlowQueue({ lease = 30_000, pollInterval = 60_000 } = {}) {
  const rows = new Map<string, Row>();
  /** A promise for each method whose calls are blocked. */
  const blocked = new Map<string, Promise<void>>();
  const failing = new Map<string, number>();

  async function call(method: string): Promise<void> {
    await sleep(1);
    const failures = failing.get(method) ?? 0;
    if (failures === 0) return;
    failing.set(method, failures - 1);
    throw new Error(`${method} failed`);
  }

  function claimOf([key, row]: [string, Row]): Claim {
    Object.assign(row, { state: 'running', attempt: row.attempt + 1 });
    const { delivery, attempt, failures, handlers } = row;
    return { key, delivery, attempt, failures, handlers, isSuspect: false };
  }

  const store: WorkerStore = {
    async enqueue(delivery) {
      await call('enqueue');
      const queued = { state: 'queued', dueAt: 0, attempt: 0, failures: 0, handlers: [] } as const;
      rows.set(delivery.id, { delivery, ...queued });
      return 'accepted' as const;
    },
    async claim(plan) {
      await call('claim');
      const { places, now } = plan();
      const queued = [...rows].filter(([, { state }]) => state === 'queued');
      const claims = queued.filter(([, { dueAt }]) => dueAt <= now).slice(0, places);
      const later = queued.map(([, { dueAt }]) => dueAt).filter((dueAt) => dueAt > now);
      const claimed = claims.map(claimOf);
      // The rows are claimed, but the answer has not arrived.
      await blocked.get('claim');
      return { claims: claimed, nextDue: later.length === 0 ? undefined : Math.min(...later) };
    },
    async settle({ key, attempt }, settlement) {
      await call('settle');
      const row = rows.get(key);
      const settled = settlement();
      if (row?.state !== 'running' || row.attempt !== attempt || settled === undefined) return false;
      const { state, failures, dueAt, handlers = row.handlers } = settled;
      Object.assign(row, { state, failures, dueAt: dueAt?.getTime() ?? 0, handlers });
      return true;
    },
    async release(keys) {
      await call('release');
      for (const key of keys) {
        const row = rows.get(key);
        if (row?.state === 'running') row.state = 'queued';
      }
    },
    leases: {
      duration: lease,
      pollInterval,
      async extend(renewal) {
        await call('extend');
        return renewal().keys.filter((key) => rows.get(key)?.state === 'running');
      },
      async tidy(plan) {
        await call('tidy');
        plan();
        return [];
      },
    },
  };

  return {
    store,
    stateOf: ({ id }: StoredDelivery) => rows.get(id)?.state,
    rowOf: ({ id }: StoredDelivery) => rows.get(id),
    /** Take a delivery away from the worker, like another process that replays it. */
    take: ({ id }: StoredDelivery) =>
      void Object.assign(rows.get(id) ?? {}, { state: 'queued', dueAt: 1e15 }),
    /** Let the next calls of a method fail. */
    fail: (method: string, times: number) => void failing.set(method, times),
    /**
     * Block the calls of a method.
     * @returns a function that unblocks them
     */
    block(method: string): () => void {
      let unblock = () => {};
      blocked.set(
        method,
        new Promise((resolve) => {
          unblock = resolve;
        }),
      );
      return () => {
        blocked.delete(method);
        unblock();
      };
    },
  };
}
