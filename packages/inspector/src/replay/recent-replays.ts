import { randomBytes } from 'node:crypto';

/** The most replays whose deliveries are known. */
export const mostReplays = 20;

/** The deliveries of the latest replays. A store does not know why a delivery is queued again. */
export interface RecentReplays {
  /**
   * Remember the deliveries of a replay.
   * @param keys their keys, the newest delivery first
   * @returns the id of the replay
   */
  add(keys: readonly string[]): string;
  /** Return the keys of a replay. `undefined` if it is not known. */
  keysOf(id: string): readonly string[] | undefined;
}

export function createRecentReplays(): RecentReplays {
  const replays = new Map<string, readonly string[]>();
  return {
    add(keys) {
      const id = randomBytes(8).toString('hex');
      replays.set(id, keys);
      for (const oldest of [...replays.keys()].slice(0, -mostReplays)) replays.delete(oldest);
      return id;
    },
    keysOf: (id) => replays.get(id),
  };
}
