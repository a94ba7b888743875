import type { DeliveryFilter, DeliveryRecord, DeliveryStore } from '@spiderfoot-webhooks/core/stores';

/** Yield all deliveries that a filter selects, in pages, newest first. The store is not used between two pages. */
export async function* pagesOf(
  store: Pick<DeliveryStore, 'list'>,
  filter: DeliveryFilter,
  size = 500,
): AsyncGenerator<readonly DeliveryRecord[], void, undefined> {
  for (let from: string | undefined; ; ) {
    const { deliveries, cursor } = await store.list({
      ...filter,
      limit: size,
      ...(from !== undefined && { cursor: from }),
    });
    if (deliveries.length > 0) yield deliveries;
    if (cursor === undefined) return;
    from = cursor;
  }
}
