import type { Child } from 'hono/jsx';
import { countText } from './number-text.ts';

interface NoticeParts {
  /** The query of the page to which the form redirected. */
  readonly query: URLSearchParams;
  /** The path of the list of deliveries. If it is omitted, the notice has no link to them. */
  readonly listHref?: string;
  readonly children?: Child;
}

/** The result of a replay, with a link to exactly the replayed deliveries. */
export function ReplayNotice({ query, listHref, children }: NoticeParts) {
  const [replayed, selected] = [query.get('replayed') ?? '', query.get('selected') ?? ''];
  const id = query.get('replayId') ?? '';
  if (!/^\d{1,9}$/.test(replayed)) return null;
  const skipped = /^\d{1,9}$/.test(selected) ? Number(selected) - Number(replayed) : 0;
  return (
    <p class="notice" role="status">
      {`${deliveries(Number(replayed))} put back into the queue.`}
      {skipped > 0 && ` ${deliveries(skipped)} already queued or running.`}
      {listHref !== undefined && /^[\da-f]{16}$/.test(id) && (
        <>
          {' '}
          <a href={`${listHref}?replay=${id}`}>{replayed === '1' ? 'Show it' : 'Show them'}</a>.
        </>
      )}
      {children}
    </p>
  );
}

function deliveries(count: number): string {
  return count === 1 ? '1 delivery was' : `${countText(count)} deliveries were`;
}
