import type { DeliveryPage } from '@spiderfoot-webhooks/core/stores';
import { DeliveryRows } from './rows.tsx';

/** The page of deliveries: filters, table, paging. */
export function DeliveriesView({ page, root }: { page: DeliveryPage; root: string }) {
  return (
    <form method="post" action={`${root}replay`}>
      <div class="table">
        <table>
          <thead>
            <tr>
              <th scope="col" class="select">
                <input type="checkbox" data-select-all="" aria-label="Select all deliveries on this page" />
              </th>
              {['Received', 'Severity', 'Event', 'State', 'Target', 'Scan', 'Endpoint'].map((name) => (
                <th scope="col">{name}</th>
              ))}
              <th scope="col" class="number">
                Attempts
              </th>
              <th scope="col">Error</th>
            </tr>
          </thead>
          <tbody data-rows="">
            <DeliveryRows deliveries={page.deliveries} root={root} />
          </tbody>
        </table>
      </div>
      {page.deliveries.length === 0 && <p class="empty">No deliveries.</p>}
    </form>
  );
}
