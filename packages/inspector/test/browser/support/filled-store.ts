import { createDeadLetters } from './dead-letters.ts';
import { type Inspected, inspect, recordAll, sqliteStore } from './inspected-store.ts';
import { sendRejectedRequests } from './rejected-requests.ts';
import { sampleDeliveries } from './sample-deliveries.ts';

/** The pages of a filled store. */
export const pageNames = [
  ...[
    'overview',
    'overview of a week',
    'dead letters',
    'rejected',
    'try it',
    'deliveries',
    'older deliveries',
  ],
  ...['deliveries of a filter', 'deliveries of a filter that matches none', 'delivery'],
  ...['a processed delivery', 'a rejected request', 'a page that does not exist'],
] as const;

/** An inspector over sample data, with the path of each page. */
export interface FilledStore extends Inspected {
  /** The paths below {@link Inspected.url}, by page. */
  readonly paths: Readonly<Record<(typeof pageNames)[number], string>>;
}

/** Open an inspector over a SQLite store with sample deliveries, dead letters and rejected requests. */
export async function openFilledStore({
  deliveries = 400,
  deadLetters = 12,
  rejected = 1,
} = {}): Promise<FilledStore> {
  const { store, release } = sqliteStore();
  const until = new Date(Date.now() - 60_000);
  await recordAll(store, sampleDeliveries({ count: deliveries, until, hours: 7 * 24 }));
  await createDeadLetters(store, deadLetters);
  const inspected = await inspect(store, (receiver) => receiver.onAny(() => {}));
  for (let times = 0; times < rejected; times++) await sendRejectedRequests(inspected, times);
  const { cursor } = await store.list();
  const { deliveries: dead } = await store.list({ state: 'dead' });
  const { deliveries: processed } = await store.list({ state: 'processed' });
  const { latest } = await store.rejections();
  return {
    ...inspected,
    paths: {
      overview: '',
      'overview of a week': '?range=week',
      'dead letters': 'dead-letters',
      rejected: 'rejected',
      'try it': 'try-it',
      deliveries: 'deliveries',
      'older deliveries': `deliveries?cursor=${cursor}`,
      'deliveries of a filter': 'deliveries?state=dead&target=acme.example',
      'deliveries of a filter that matches none': 'deliveries?target=none.example',
      delivery: `deliveries/${dead[0]?.key}`,
      'a processed delivery': `deliveries/${processed[0]?.key}`,
      'a rejected request': `rejected/${latest[0]?.key}`,
      'a page that does not exist': 'missing',
    },
    async close() {
      await inspected.close();
      release();
    },
  };
}
