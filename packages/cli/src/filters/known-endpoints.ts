import { didYouMean } from '@spiderfoot-webhooks/core/config/values';
import type { DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import { UsageFailure } from '../failure/failure.ts';

/**
 * Check that a store has deliveries of the given endpoints.
 * @throws UsageFailure for an endpoint without deliveries
 */
export async function checkEndpoints(
  store: Pick<DeliveryStore, 'capabilities' | 'list' | 'counts' | 'rejections'>,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    const { deliveries } = await store.list({ endpoint: name, limit: 1 });
    if (deliveries.length === 0) await checkEndpoint(store, name);
  }
}

async function checkEndpoint(
  store: Pick<DeliveryStore, 'capabilities' | 'counts' | 'rejections'>,
  name: string,
): Promise<void> {
  const withDeliveries = (await store.counts({ by: ['endpoint'] })).flatMap(({ endpoint }) => endpoint ?? []);
  const withRejections = store.capabilities.has('rejections')
    ? (await store.rejections()).counts.map(({ endpoint }) => endpoint)
    : [];
  const known = [...new Set([...withDeliveries, ...withRejections])].toSorted();
  // An empty store has no endpoints yet.
  if (known.length === 0 || known.includes(name)) return;
  throw new UsageFailure(
    `--endpoint "${name}" has no deliveries in this store.${didYouMean(name, known)}`,
    `The endpoints in this store are ${known.join(', ')}.`,
  );
}
