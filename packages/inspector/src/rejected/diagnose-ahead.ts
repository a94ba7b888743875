import type { RejectionRecord } from '@spiderfoot-webhooks/core/stores';
import { canDo, type Site } from '../site.ts';

/** The most requests that are diagnosed before someone opens them. */
const mostAhead = 20;

type AheadSite = Pick<Site, 'store' | 'settings' | 'diagnoser'>;

/**
 * Return a function that diagnoses the newest requests with an invalid signature, so that the list can show their mistakes.
 * It stops when the diagnoses have used up their processor time. The next page that is loaded continues.
 */
export function createDiagnosesAhead(site: AheadSite): (newestFirst: readonly RejectionRecord[]) => void {
  const { store, settings, diagnoser } = site;
  let isRunning = false;

  async function run(rejections: readonly RejectionRecord[]): Promise<void> {
    for (const { key } of rejections) {
      if (!diagnoser.hasTimeLeft) return;
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
