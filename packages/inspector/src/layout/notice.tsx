import type { Child } from 'hono/jsx';
import { countText } from './number-text.ts';

/** The result of a replay, from the query of the page to which the form has led. */
export function ReplayNotice({ query, children }: { query: URLSearchParams; children?: Child }) {
  const [replayed, selected] = [query.get('replayed') ?? '', query.get('selected') ?? ''];
  if (!/^\d{1,9}$/.test(replayed)) return null;
  const skipped = /^\d{1,9}$/.test(selected) ? Number(selected) - Number(replayed) : 0;
  return (
    <p class="notice" role="status">
      {`${deliveries(Number(replayed))} put back into the queue.`}
      {skipped > 0 && ` ${deliveries(skipped)} already queued or running.`}
      {children}
    </p>
  );
}

function deliveries(count: number): string {
  return count === 1 ? '1 delivery was' : `${countText(count)} deliveries were`;
}
