import type { DeliveryRecord } from '@spiderfoot-webhooks/core/stores';
import { SeverityBadge, StateBadge } from '../layout/badges.tsx';
import { Text } from '../layout/text.tsx';
import { Time } from '../layout/time.tsx';
import { typeSeverity } from './type-severity.ts';

/** The rows of deliveries. The event stream sends the same rows. */
export function DeliveryRows({ deliveries, root }: { deliveries: readonly DeliveryRecord[]; root: string }) {
  return deliveries.map((delivery) => <DeliveryRow delivery={delivery} root={root} />);
}

function DeliveryRow({ delivery, root }: { delivery: DeliveryRecord; root: string }) {
  const { key, receivedAt, eventType, state, endpoint, target, scanId, attempts, error } = delivery;
  return (
    <tr data-key={key}>
      <td class="select">
        <input type="checkbox" name="key" value={key} aria-label={`Select delivery ${key}`} />
      </td>
      <td class="time">
        <a href={`${root}deliveries/${encodeURIComponent(key)}`}>
          <Time at={receivedAt} />
        </a>
      </td>
      <td>
        <SeverityBadge severity={typeSeverity(eventType)} />
      </td>
      <td>
        <Text of={eventType} class="event-type" />
      </td>
      <td>
        <StateBadge state={state} />
      </td>
      <td>{target !== undefined && <Text of={target} />}</td>
      <td>{scanId !== undefined && <Text of={scanId} class="id" />}</td>
      <td>{endpoint !== undefined && <Text of={endpoint} />}</td>
      <td class="number">{attempts}</td>
      <td>{error !== undefined && <Text of={error} class="error" />}</td>
    </tr>
  );
}
