import type { Store } from '@spiderfoot-webhooks/sqlite';

/** What waits in a store, over all endpoints. */
export interface Backlog {
  readonly waiting: number;
  readonly running: number;
  readonly dead: number;
  /** When the oldest that waits was received, to the second. */
  readonly oldest: Date | undefined;
}

/** Milliseconds for which one look does for all who ask: it reads an index from end to end, and anybody may ask for the health. */
const freshness = 2000;

/** Milliseconds: how exactly the oldest is told. */
const bucket = 1000;

/** @returns what looks, seldom enough to be asked for by strangers */
export function watchBacklog(store: Pick<Store, 'counts'>): () => Promise<Backlog> {
  let latest: Promise<Backlog> | undefined;
  let since = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (latest === undefined || now - since > freshness) {
      since = now;
      latest = look(store);
    }
    return latest;
  };
}

async function look(store: Pick<Store, 'counts'>): Promise<Backlog> {
  const waiting = await store.counts({ state: 'queued', by: ['time'], bucket });
  const [running] = await store.counts({ state: 'running', by: [] });
  const [dead] = await store.counts({ state: 'dead', by: [] });
  const times = waiting.flatMap(({ time }) => time ?? []);
  return {
    waiting: waiting.reduce((sum, { count }) => sum + count, 0),
    running: running?.count ?? 0,
    dead: dead?.count ?? 0,
    oldest: times.length === 0 ? undefined : new Date(times.reduce((a, b) => Math.min(a, b))),
  };
}
