import type { Severity } from '@spiderfoot-webhooks/core/events';
import type { DeliveryRecord } from '@spiderfoot-webhooks/core/stores';
import { typeSeverity } from '../filters/type-severity.ts';
import { SeverityBadge, StateBadge } from '../layout/badges.tsx';
import { Text } from '../layout/text.tsx';
import { Time } from '../layout/time.tsx';
import { failureText } from './failure-text.ts';

interface RowsParts {
  readonly deliveries: readonly DeliveryRecord[];
  /** The severity of each delivery, by key. */
  readonly severities: ReadonlyMap<string, Severity>;
  readonly root: string;
  /** The query of the list. The page of a delivery uses it for its neighbors. */
  readonly query: string;
  /** Whether rows can be selected. */
  readonly selectable: boolean;
}

/** The rows of deliveries. The event stream sends the same rows. */
export function DeliveryRows({ deliveries, ...parts }: RowsParts) {
  return (
    <>
      {deliveries.map((delivery) => (
        <DeliveryRow delivery={delivery} {...parts} />
      ))}
    </>
  );
}

function DeliveryRow(parts: Omit<RowsParts, 'deliveries'> & { delivery: DeliveryRecord }) {
  const { delivery, severities, root, query, selectable } = parts;
  const { key, receivedAt, eventType, state, endpoint, target, scanId, attempts, nextAttempt } = delivery;
  const error = failureText(delivery);
  return (
    <tr data-key={key}>
      {selectable && (
        <td class="select">
          <input type="checkbox" name="key" value={key} aria-label={`Select delivery ${key}`} />
        </td>
      )}
      <td class="time">
        <Time at={receivedAt} />
      </td>
      <td class="severity">
        <SeverityBadge severity={severities.get(key) ?? typeSeverity(eventType)} />
      </td>
      <td class="type">
        <a class="event" href={`${root}deliveries/${encodeURIComponent(key)}${query}`}>
          <Text of={eventType} />
        </a>
        {error !== undefined && <Text of={error} class="error" />}
      </td>
      <td class="target">{target !== undefined && <Text of={target} />}</td>
      <td class="scan wide mono">{scanId !== undefined && <Text of={scanId} />}</td>
      <td class="endpoint wide">{endpoint !== undefined && <Text of={endpoint} />}</td>
      <td class="attempts wide number">{attempts}</td>
      <td class="state">
        <StateBadge state={state} />
        {state === 'queued' && attempts > 0 && nextAttempt !== undefined && (
          <span class="next note">
            next <Time at={nextAttempt} />
          </span>
        )}
      </td>
    </tr>
  );
}
