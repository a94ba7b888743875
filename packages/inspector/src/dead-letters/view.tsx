import type { DeliveryRecord } from '@spiderfoot-webhooks/core/stores';
import { filterQuery } from '../filters/filters.ts';
import { CsrfField } from '../layout/csrf-field.tsx';
import { countText } from '../layout/number-text.ts';
import { Text } from '../layout/text.tsx';
import { Time } from '../layout/time.tsx';
import type { DeadLetterGroup, DeadLetters } from './groups.ts';

interface ViewParts {
  readonly letters: DeadLetters;
  /** The group whose replay is to be confirmed. */
  readonly chosen: DeadLetterGroup | undefined;
  readonly canReplay: boolean;
  readonly csrfToken: string;
}

/** The dead letters, by handler and error. */
export function DeadLettersView({ letters, chosen, canReplay, csrfToken }: ViewParts) {
  const { groups, count, hasMore } = letters;
  if (groups.length === 0) return <p class="empty">No dead letters.</p>;
  return (
    <>
      <p class="note">
        {`${hasMore ? 'The newest ' : ''}${count === 1 ? '1 delivery' : `${countText(count)} deliveries`}. `}A
        delivery in which several handlers failed is in the group of each handler.
      </p>
      {chosen && canReplay && <DryRun group={chosen} csrfToken={csrfToken} />}
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Handler</th>
            <th scope="col" class="own-line">
              Error
            </th>
            <th scope="col" class="number">
              Deliveries
            </th>
            <th scope="col" class="wide">
              Oldest
            </th>
            <th scope="col" class="own-line">
              Newest
            </th>
            {canReplay && <th scope="col">Replay</th>}
          </tr>
        </thead>
        <tbody>
          {groups.map(({ id, handler, error, deliveries: [newest, ...older] }) => (
            <tr>
              <td>{handler === undefined ? 'No handler' : <Text of={handler} />}</td>
              <td class="own-line">
                <Text of={errorOf(newest, handler) ?? error} class="error" />
              </td>
              <td class="number">{countText(older.length + 1)}</td>
              <td class="wide">{newest && <Time at={(older.at(-1) ?? newest).receivedAt} />}</td>
              <td class="own-line">
                {newest && (
                  <a
                    href={`deliveries/${encodeURIComponent(newest.key)}${filterQuery(new Map([['state', ['dead']]]))}`}
                  >
                    <Time at={newest.receivedAt} />
                  </a>
                )}
              </td>
              {canReplay && (
                <td>
                  <a class="button" href={`?group=${id}`}>
                    Replay…
                  </a>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** The error of a delivery with its digits. A status such as 503 decides whether a replay can succeed. */
function errorOf(delivery: DeliveryRecord | undefined, handler: string | undefined): string | undefined {
  return delivery?.handlers.find(({ name }) => name === handler)?.error ?? delivery?.error;
}

/** The number of deliveries that a replay of the group would put back into the queue. */
function DryRun({ group, csrfToken }: { group: DeadLetterGroup; csrfToken: string }) {
  const count = group.deliveries.length;
  const error = errorOf(group.deliveries[0], group.handler) ?? group.error;
  return (
    <form class="notice" method="post" action="dead-letters/replay">
      <CsrfField token={csrfToken} />
      <input type="hidden" name="group" value={group.id} />
      <p>
        {`A replay would put ${count === 1 ? '1 delivery' : `${countText(count)} deliveries`} back into the queue. `}
        Only the handlers that have not succeeded run again.
      </p>
      <p>
        {group.handler !== undefined && (
          <>
            <b>
              <Text of={group.handler} />
            </b>
            {': '}
          </>
        )}
        <Text of={error} class="error" />
      </p>
      <div class="actions">
        <button type="submit" class="primary" data-replay="">
          {count === 1 ? 'Replay 1 delivery' : `Replay ${countText(count)} deliveries`}
        </button>
        <a class="button" href="dead-letters">
          Cancel
        </a>
      </div>
    </form>
  );
}
