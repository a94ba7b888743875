import type { DeliveryRecord } from '@spiderfoot-webhooks/core/stores';
import { type Filters, filterQuery } from '../filters/filters.ts';
import { ColumnHeads } from '../layout/column-heads.tsx';
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

/** The dead letters, by handler and error. The script updates each `data-region`. */
export function DeadLettersView({ letters, chosen, canReplay, csrfToken }: ViewParts) {
  const { groups, count, hasMore, readAt } = letters;
  return (
    <>
      <p class="note" data-region="count" data-read-at={String(readAt)}>
        {groups.length > 0 &&
          `${hasMore ? 'The newest ' : ''}${count === 1 ? '1 delivery' : `${countText(count)} deliveries`}. A delivery in which several handlers failed appears in the group of each of them.`}
      </p>
      <div data-region="replay">{chosen && canReplay && <DryRun group={chosen} csrfToken={csrfToken} />}</div>
      <div data-region="groups">
        {groups.length === 0 ? (
          <div class="empty">
            <p>No dead letters.</p>
            <p>A delivery appears here if one of its handlers still fails on the last attempt.</p>
          </div>
        ) : (
          <GroupTable groups={groups} canReplay={canReplay} />
        )}
      </div>
    </>
  );
}

function GroupTable({ groups, canReplay }: Pick<ViewParts, 'canReplay'> & Pick<DeadLetters, 'groups'>) {
  const columns = [
    'Handler',
    { label: 'Error', class: 'own-line' },
    { label: 'Deliveries', class: 'number' },
    { label: 'Oldest', class: 'wide' },
    { label: 'Newest', class: 'own-line' },
    canReplay && 'Replay',
  ];
  return (
    <section aria-label="Groups of dead letters">
      <table class="stack">
        <ColumnHeads columns={columns} />
        <tbody data-keyed="">
          {groups.map((group) => (
            <GroupRow group={group} canReplay={canReplay} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function GroupRow({ group, canReplay }: Pick<ViewParts, 'canReplay'> & { group: DeadLetterGroup }) {
  const { id, handler, error, deliveries } = group;
  const [newest, oldest] = [deliveries[0], deliveries.at(-1)];
  return (
    <tr data-key={id}>
      <td>{handler === undefined ? 'No handler' : <Text of={handler} />}</td>
      <td class="own-line">
        <Text of={errorOf(newest, handler) ?? error} class="error" />
      </td>
      <td class="number">
        <a href={listHref(group)}>{countText(deliveries.length)}</a>
      </td>
      <td class="wide">{oldest && <Time at={oldest.receivedAt} />}</td>
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
  );
}

/** The list of the deliveries of a group. */
function listHref({ id }: DeadLetterGroup): string {
  const filters: Filters = new Map([
    ['state', ['dead']],
    ['failure', [id]],
  ]);
  return `deliveries${filterQuery(filters)}`;
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
        Only the handlers that have not succeeded run again.{' '}
        <a href={listHref(group)}>{count === 1 ? 'Show the delivery' : 'Show the deliveries'}</a>.
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
