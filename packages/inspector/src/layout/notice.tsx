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
  const [replayed, retried = 0] = [readCount(query, 'replayed'), readCount(query, 'retried')];
  const id = query.get('replayId') ?? '';
  if (replayed === undefined) return null;
  const changed = replayed + retried;
  const skipped = (readCount(query, 'selected') ?? changed) - changed;
  return (
    <p class="notice" role="status">
      {(replayed > 0 || retried === 0) && `${deliveries(replayed)} put back into the queue. `}
      {retried > 0 &&
        `${deliveries(retried)} waiting for a retry, which begins now. If it fails, the delivery waits again, or becomes a dead letter after its last attempt. `}
      {skipped > 0 && `${deliveries(skipped)} already due or running. `}
      {listHref !== undefined && /^[\da-f]{16}$/.test(id) && (
        <>
          <a href={`${listHref}?replay=${id}`}>{changed === 1 ? 'Show it' : 'Show them'}</a>.
        </>
      )}
      {children}
    </p>
  );
}

function readCount(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function deliveries(count: number): string {
  return count === 1 ? '1 delivery was' : `${countText(count)} deliveries were`;
}
