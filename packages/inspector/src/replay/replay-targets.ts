import type { ReplayOptions, StoredState } from '@spiderfoot-webhooks/core/stores';
import type { Site } from '../site.ts';

/** A delivery to replay. */
interface ReplayTarget {
  readonly key: string;
  /** Its state before the replay. `undefined` if it is unknown. */
  readonly state: StoredState | undefined;
}

/**
 * Replay deliveries and remember them.
 * @param targets the newest delivery first
 * @returns the query of the notice: the numbers of deliveries that were put back into the queue and that are retried now, and
 *   the id of the replay
 */
export async function replayTargets(
  { store, replays }: Pick<Site, 'store' | 'replays'>,
  targets: readonly ReplayTarget[],
  options?: ReplayOptions,
): Promise<URLSearchParams> {
  const changed: ReplayTarget[] = [];
  // The oldest first, so that the retries run in the order of arrival.
  for (const target of targets.toReversed()) {
    if ((await store.replay(target.key, options)) > 0) changed.unshift(target);
  }
  const retried = changed.filter(({ state }) => state === 'queued').length;
  const query = new URLSearchParams({ replayed: String(changed.length - retried) });
  if (retried > 0) query.set('retried', String(retried));
  if (changed.length > 0) query.set('replayId', replays.add(changed.map(({ key }) => key)));
  return query;
}

/** Read the states of deliveries. */
export async function readTargets(
  { store }: Pick<Site, 'store'>,
  keys: readonly string[],
): Promise<readonly ReplayTarget[]> {
  const targets: ReplayTarget[] = [];
  for (const key of keys) targets.push({ key, state: (await store.get(key))?.state });
  return targets;
}
