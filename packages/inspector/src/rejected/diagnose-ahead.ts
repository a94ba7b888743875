import { setTimeout as sleep } from 'node:timers/promises';
import type { RejectionRecord } from '@spiderfoot-webhooks/core/stores';
import { canDo, type Site } from '../site.ts';

/** The most requests that are diagnosed before someone opens them. */
const mostAhead = 20;
/** The time between two checks whether processor time is left, in milliseconds, and the most checks. */
const pause = { duration: 1000, times: 60 };

type AheadSite = Pick<Site, 'store' | 'settings' | 'diagnoser'>;

/**
 * Return a function that diagnoses the newest requests with an invalid signature, so that the list can show their mistakes.
 * It pauses while the diagnoses have used up their processor time, and ends if none is left for a minute.
 */
export function createDiagnosesAhead(site: AheadSite): (newestFirst: readonly RejectionRecord[]) => void {
  const { store, settings, diagnoser } = site;
  let isRunning = false;

  async function waitForTime(): Promise<boolean> {
    for (let times = 0; times < pause.times && !diagnoser.hasTimeLeft; times++) {
      await sleep(pause.duration, undefined, { ref: false });
    }
    return diagnoser.hasTimeLeft;
  }

  async function run(rejections: readonly RejectionRecord[]): Promise<void> {
    for (const { key } of rejections) {
      if (!(await waitForTime())) return;
      const rejection = await store.rejection(key);
      if (rejection !== undefined) await diagnoser.diagnose(rejection);
    }
  }

  return (newestFirst) => {
    if (isRunning || settings.secret === undefined || !canDo(site, 'rejection')) return;
    const missing = newestFirst
      .filter(({ code }) => code === 'invalid_signature')
      .slice(0, mostAhead)
      .filter((rejection) => diagnoser.finished(rejection) === undefined);
    isRunning = true;
    // A store that fails is reported by the page that reads it.
    void run(missing)
      .catch(() => {})
      .finally(() => {
        isRunning = false;
      });
  };
}
