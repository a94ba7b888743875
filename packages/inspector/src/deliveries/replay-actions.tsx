import type { Filters } from '../filters/filters.ts';
import { filterQuery } from '../filters/filters.ts';
import { CsrfField } from '../layout/csrf-field.tsx';

/** Whether a list has only queued deliveries. */
function isQueued(filters: Filters): boolean {
  const states = filters.get('state') ?? [];
  return states.length === 1 && states[0] === 'queued';
}

/** The replay of the selected deliveries. */
export function BulkActions({ filters }: { filters: Filters }) {
  const [label, question] = isQueued(filters)
    ? ['Retry now', 'Retry {count} deliveries now?']
    : ['Replay', 'Replay {count} deliveries?'];
  return (
    <div class="bulk">
      <button type="submit" class="primary" data-bulk="" data-replay="" data-confirm={question}>
        {label}
      </button>
      <span class="note" data-selected=""></span>
    </div>
  );
}

interface RetryAllParts {
  readonly filters: Filters;
  readonly order: string | undefined;
  readonly csrfToken: string;
}

/** The retry of all deliveries of a list that wait for one. Only a list of queued deliveries has it. */
export function RetryAll({ filters, order, csrfToken }: RetryAllParts) {
  if (!isQueued(filters)) return null;
  return (
    <form method="post" action="replay">
      <CsrfField token={csrfToken} />
      <input type="hidden" name="back" value={filterQuery(filters, { order })} />
      <button
        type="submit"
        name="all"
        value="delayed"
        data-confirm="Retry all deliveries of this list now, on all pages?"
      >
        Retry all now
      </button>
    </form>
  );
}
