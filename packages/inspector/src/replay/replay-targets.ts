import type { ReplayOptions } from '@spiderfoot-webhooks/core/stores';
import type { Site } from '../site.ts';

/**
 * Replay deliveries and remember them.
 * @param keys the newest delivery first
 * @returns the query of the notice: the number of replayed deliveries, and the id of the replay
 */
export async function replayKeys(
  { store, replays }: Pick<Site, 'store' | 'replays'>,
  keys: readonly string[],
  options?: ReplayOptions,
): Promise<URLSearchParams> {
  const replayed: string[] = [];
  for (const key of keys) if ((await store.replay(key, options)) > 0) replayed.push(key);
  const query = new URLSearchParams({ replayed: String(replayed.length) });
  if (replayed.length > 0) query.set('replayId', replays.add(replayed));
  return query;
}
