import { type DeliveryRecord, isDelayed } from '@spiderfoot-webhooks/core/stores';
import { filterQuery } from '../filters/filters.ts';
import { SeverityBadge, StateBadge } from '../layout/badges.tsx';
import { CsrfField } from '../layout/csrf-field.tsx';
import { StepLink } from '../layout/step-link.tsx';
import { longestText, Text } from '../layout/text.tsx';
import { Time } from '../layout/time.tsx';
import type { EventFacts } from './event-facts.ts';
import type { Neighbors } from './neighbors.ts';

export function DeliveryHeading(parts: { delivery: DeliveryRecord; event: EventFacts; query: string }) {
  const { delivery, event, query } = parts;
  return (
    <div>
      <p class="note">
        <a href={`../deliveries${query}`}>Deliveries</a> / {delivery.key}
      </p>
      <h1>
        <Text of={delivery.eventType} />
      </h1>
      <p class="title-marks" data-region="marks">
        <SeverityBadge severity={event.severity} />
        <StateBadge state={delivery.state} />
        <Time at={delivery.receivedAt} />
        {delivery.target !== undefined && <Text of={delivery.target} />}
      </p>
    </div>
  );
}

interface ActionParts {
  readonly delivery: DeliveryRecord;
  readonly neighbors: Neighbors;
  readonly query: string;
  readonly canReplay: boolean;
  readonly csrfToken: string;
}

/** The states of deliveries of which some handlers may have succeeded. */
const failedStates: readonly string[] = ['failed', 'dead', 'rejected'];

/** The labels of the replay. */
const labels: ReadonlyMap<string, string> = new Map([
  ['processed', 'Replay all handlers'],
  ['queued', 'Retry now'],
  ['running', 'Retry now'],
]);

/** The reasons why a delivery is not replayed. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['queued', 'The delivery is due. It runs as soon as a worker is free.'],
  ['running', 'The handlers are running.'],
]);

/** Links to the neighbors, and the replay. */
export function DeliveryActions({ delivery, neighbors, query, canReplay, csrfToken }: ActionParts) {
  const hasFailed = failedStates.includes(delivery.state);
  const reason = isDelayed(delivery) ? undefined : reasons.get(delivery.state);
  return (
    <>
      <StepLink quiet href={hrefOf(neighbors.newer, query)}>
        ← Newer
      </StepLink>
      <StepLink quiet href={hrefOf(neighbors.older, query)}>
        Older →
      </StepLink>
      {canReplay && (
        <form method="post" action="../replay">
          <CsrfField token={csrfToken} />
          <input type="hidden" name="key" value={delivery.key} />
          <input type="hidden" name="delivery" value={delivery.key} />
          <input type="hidden" name="back" value={query} />
          <button type="submit" class="primary" data-replay="" disabled={reason !== undefined} title={reason}>
            {labels.get(delivery.state) ?? 'Replay failed handlers'}
          </button>
          {hasFailed && (
            <button type="submit" name="handlers" value="all">
              Replay all handlers
            </button>
          )}
        </form>
      )}
    </>
  );
}

function hrefOf(delivery: DeliveryRecord | undefined, query: string): string | undefined {
  return delivery && `${encodeURIComponent(delivery.key)}${query}`;
}

/** Return the link to the list of a scan or a target. `undefined` if the value is missing, or too long for a URL. */
export function listHref(name: 'scan' | 'target', value: string | undefined): string | undefined {
  if (value === undefined || value.length > longestText) return undefined;
  return `../deliveries${filterQuery(new Map([[name, [value]]]))}`;
}
