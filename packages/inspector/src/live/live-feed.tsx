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
/**
 * The longest pause between two polls, in milliseconds. A poll takes long if the store's connections are busy. Without this
 * limit, a moment of load would stop the updates for minutes.
 */
const longestPause = 10_000;
/** Milliseconds after which the search for the rows of a list ends. New deliveries are found first. */
const searchLimit = 50;

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
  /** The first page of the list that the follower has selected, if any. */
  readonly rows: readonly LiveRow[];
}

type OnState = (state: LiveState) => void;

/** The parts of a store that a page shows in addition to the newest deliveries and the queue. */
export interface LiveSubject {
  /** The list whose rows are sent. */
  readonly list?: ListView;
  /** Whether rejected requests and their diagnoses are changes. They are read only if a page needs them. */
  readonly rejections?: boolean;
}

/** Polls a store for all pages that are open. */
export interface LiveFeed {
  /**
   * Call a function in each poll, as soon as its subject is read. Followers of the same subject share its queries.
   * @returns a function that ends the calls. Without followers, the store is not read
   */
  follow(subject: LiveSubject, onState: OnState): () => void;
}

interface Followed extends LiveSubject {
  readonly followers: Set<OnState>;
  rows: readonly LiveRow[];
  /** The state that the latest poll has found, as text. */
  seen: string | undefined;
  changes: number;
}

/** The parts of a site that a feed reads. */
type LiveSite = Pick<Site, 'store' | 'settings' | 'storedTypes' | 'severities' | 'replays' | 'diagnoser'>;

export function createLiveFeed(site: LiveSite): LiveFeed {
  const subjects = new Map<string, Followed>();
  let next: { readonly timer: ReturnType<typeof setTimeout>; readonly isSoon: boolean } | undefined;
  let isPolling = false;
  /** Whether a follower has joined during the poll. The poll may have read its subject before. */
  let hasJoined = false;

  async function poll(): Promise<void> {
    next = undefined;
    isPolling = true;
    hasJoined = false;
    const started = performance.now();
    const health = await readHealth(site);
    const found = JSON.stringify([health, await readNewest(site)]);
    const rejected = [...subjects.values()].some(({ rejections }) => rejections)
      ? JSON.stringify(await readRejections(site))
      : '';
    // One list after another, so that many filters do not take all connections of the store.
    for (const subject of subjects.values()) {
      await readRows(site, subject);
      const seen = subject.rejections ? found + rejected : found;
      if (seen !== subject.seen) subject.changes++;
      subject.seen = seen;
      const { changes, rows, followers } = subject;
      for (const onState of followers) onState({ health, changes, rows });
    }
    isPolling = false;
    const rest = pauseTimes * (performance.now() - started);
    if (subjects.size > 0) schedule(hasJoined ? firstPause : Math.min(Math.max(pause, rest), longestPause));
  }

  function schedule(delay: number): void {
    clearTimeout(next?.timer);
    next = { timer: setTimeout(() => void poll(), delay), isSoon: delay === firstPause };
  }

  return {
    follow(subject, onState) {
      const name = nameOf(subject);
      const followed = subjects.get(name) ?? {
        ...{ ...subject, followers: new Set(), rows: [] },
        ...{ seen: undefined, changes: 0 },
      };
      subjects.set(name, followed);
      followed.followers.add(onState);
      // The page was rendered before its stream was opened, so it must not wait for the first changes.
      hasJoined = true;
      if (!isPolling && next?.isSoon !== true) schedule(firstPause);
      return () => {
        followed.followers.delete(onState);
        if (followed.followers.size === 0 && subjects.get(name) === followed) subjects.delete(name);
        if (subjects.size > 0) return;
        clearTimeout(next?.timer);
        next = undefined;
      };
    },
  };
}

function nameOf({ list, rejections = false }: LiveSubject): string {
  return JSON.stringify([list && filterQuery(list.filters), rejections]);
}

/** A store that fails is shown as not ready. The next poll tries again. */
async function readHealth(site: LiveSite): Promise<LiveState['health']> {
  if (!canDo(site, 'health')) return undefined;
  try {
    const health = await site.store.health();
    return health.ready ? health : { ready: false };
  } catch {
    return { ready: false };
  }
}

async function readNewest({ store }: LiveSite): Promise<readonly string[] | undefined> {
  try {
    return (await store.list()).deliveries.map((delivery) => `${delivery.key} ${versionOf(delivery)}`);
  } catch {
    return undefined;
  }
}

/** A new request is counted in the current hour, or in the previous one if it was counted late. Older counts do not change. */
const countedFor = 3_600_000;

async function readRejections({ store, diagnoser }: LiveSite): Promise<unknown> {
  try {
    const { counts, latest } = await store.rejections({ since: new Date(Date.now() - countedFor) });
    return [counts, latest[0]?.key, diagnoser.finishedCount];
  } catch {
    return undefined;
  }
}

/** If the list cannot be read, its previous rows remain. */
async function readRows(site: LiveSite, followed: Followed): Promise<void> {
  const { list } = followed;
  if (list === undefined) return;
  try {
    const { deliveries } = await readListedPage(site, list, searchLimit);
    const known = new Map(followed.rows.map((row) => [row.key, row]));
    const changed = deliveries.filter((delivery) => known.get(delivery.key)?.version !== versionOf(delivery));
    const severities = await site.severities(changed);
    followed.rows = await Promise.all(
      deliveries.map(async (delivery) => {
        const { key } = delivery;
        const [row, version] = [known.get(key), versionOf(delivery)];
        if (row?.version === version) return row;
        return { key, version, html: await renderRow(site, list, delivery, severities) };
      }),
    );
  } catch {
    // The page shows the error when it is loaded.
  }
}

/** The same markup as on the page of the deliveries. */
async function renderRow(
  site: LiveSite,
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
