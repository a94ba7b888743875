import type { Severity } from '@spiderfoot-webhooks/core/events';
import type { DeliveryRecord, StoreHealth } from '@spiderfoot-webhooks/core/stores';
import { type ListView, readListedPage } from '../deliveries/delivery-list.ts';
import { DeliveryRows } from '../deliveries/rows.tsx';
import { filterQuery } from '../filters/filters.ts';
import { canDo, canReplay, type Site } from '../site.ts';

/** The time between two polls, in milliseconds. */
const pause = 1000;
/** The time until the first poll for a new page, in milliseconds. Pages that are opened together share it. */
const firstPause = 100;
/** After a poll that took long, the pause is this multiple of its duration, so that polls take at most a tenth of the time. */
const pauseTimes = 9;

/** A rendered row of the list. */
interface LiveRow {
  readonly key: string;
  /** It differs if the row has changed. */
  readonly version: string;
  readonly html: string;
}

/** The state of the store, after a poll. */
export interface LiveState {
  /** `undefined` if the store does not know it. */
  readonly health: StoreHealth | { readonly ready: false } | undefined;
  /** The number of polls that have found a change. */
  readonly changes: number;
  /** The first page of the list that the follower has selected. */
  readonly rows: readonly LiveRow[];
}

type OnState = (state: LiveState) => void;

/** Polls a store for all pages that are open. */
export interface LiveFeed {
  /**
   * Call a function after each poll. Followers of the same list share its queries.
   * @returns a function that ends the calls. Without followers, the store is not read
   */
  follow(view: ListView, onState: OnState): () => void;
}

interface FollowedList {
  readonly view: ListView;
  readonly followers: Set<OnState>;
  rows: readonly LiveRow[];
}

export function createLiveFeed(site: Site): LiveFeed {
  const lists = new Map<string, FollowedList>();
  let next: { readonly timer: ReturnType<typeof setTimeout>; readonly isSoon: boolean } | undefined;
  let isPolling = false;
  let seen: string | undefined;
  let changes = 0;

  async function poll(): Promise<void> {
    next = undefined;
    isPolling = true;
    const started = performance.now();
    const health = await readHealth(site);
    // One list after another, so that many filters do not take all connections of the store.
    for (const list of lists.values()) await readRows(site, list);
    const found = JSON.stringify([health, await readNewest(site)]);
    if (found !== seen) changes++;
    seen = found;
    for (const { rows, followers } of lists.values()) {
      for (const onState of followers) onState({ health, changes, rows });
    }
    isPolling = false;
    if (lists.size > 0) schedule(Math.max(pause, pauseTimes * (performance.now() - started)));
  }

  function schedule(delay: number): void {
    clearTimeout(next?.timer);
    next = { timer: setTimeout(() => void poll(), delay), isSoon: delay === firstPause };
  }

  return {
    follow(view, onState) {
      const query = filterQuery(view.filters);
      const list = lists.get(query) ?? { view, followers: new Set(), rows: [] };
      lists.set(query, list);
      list.followers.add(onState);
      // The page was rendered before its stream was opened, so it must not wait for the first changes.
      if (!isPolling && next?.isSoon !== true) schedule(firstPause);
      return () => {
        list.followers.delete(onState);
        if (list.followers.size === 0 && lists.get(query) === list) lists.delete(query);
        if (lists.size > 0) return;
        clearTimeout(next?.timer);
        next = undefined;
      };
    },
  };
}

/** A store that fails is shown as not ready. The next poll tries again. */
async function readHealth(site: Site): Promise<LiveState['health']> {
  if (!canDo(site, 'health')) return undefined;
  try {
    const health = await site.store.health();
    return health.ready ? health : { ready: false };
  } catch {
    return { ready: false };
  }
}

async function readNewest({ store }: Site): Promise<readonly string[] | undefined> {
  try {
    return (await store.list()).deliveries.map((delivery) => `${delivery.key} ${versionOf(delivery)}`);
  } catch {
    return undefined;
  }
}

/** If the list cannot be read, its previous rows remain. */
async function readRows(site: Site, list: FollowedList): Promise<void> {
  try {
    const { deliveries } = await readListedPage(site.store, site.storedTypes, list.view);
    const known = new Map(list.rows.map((row) => [row.key, row]));
    const changed = deliveries.filter((delivery) => known.get(delivery.key)?.version !== versionOf(delivery));
    const severities = await site.severities(changed);
    list.rows = await Promise.all(
      deliveries.map(async (delivery) => {
        const { key } = delivery;
        const [row, version] = [known.get(key), versionOf(delivery)];
        if (row?.version === version) return row;
        return { key, version, html: await renderRow(site, list.view, delivery, severities) };
      }),
    );
  } catch {
    // The page shows the error when it is loaded.
  }
}

/** The same markup as on the page of the deliveries. */
async function renderRow(
  site: Site,
  { filters }: ListView,
  delivery: DeliveryRecord,
  severities: ReadonlyMap<string, Severity>,
): Promise<string> {
  const parts = { severities, root: './', query: filterQuery(filters), selectable: canReplay(site) };
  return (<DeliveryRows deliveries={[delivery]} {...parts} />).toString();
}

function versionOf({ state, attempts, error }: DeliveryRecord): string {
  return JSON.stringify([state, attempts, error]);
}
