import { ColumnHeads } from '../layout/column-heads.tsx';
import { countText } from '../layout/number-text.ts';
import { longestText, Text } from '../layout/text.tsx';
import { Time } from '../layout/time.tsx';
import type { Ranked } from './overview-data.ts';

interface TopParts {
  readonly title: string;
  /** The filter of the deliveries. */
  readonly filter: 'target' | 'scan';
  readonly ranked: readonly Ranked[];
  /** The query that selects the range in the list of deliveries. */
  readonly query: string;
  /** The time since which they are counted, if it is not the beginning of the range. */
  readonly since: Date | undefined;
}

/** The targets or scans with the most deliveries, each with a link to them. */
export function TopSection({ title, filter, ranked, query, since }: TopParts) {
  const largest = ranked[0]?.count ?? 1;
  const hrefOf = (value: string) => `deliveries${query}&${new URLSearchParams({ [filter]: value })}`;
  return (
    <section data-region={`top-${filter}`}>
      <div class="section-head">
        <h2>{title}</h2>
        {since !== undefined && (
          <span class="note">
            since <Time at={since} />
          </span>
        )}
      </div>
      {ranked.length === 0 && <p class="note">{`No delivery in this range has a ${filter}.`}</p>}
      {ranked.length > 0 && (
        <table>
          <ColumnHeads
            columns={[filter === 'target' ? 'Target' : 'Scan', { label: 'Deliveries', class: 'number' }]}
          />
          <tbody>
            {ranked.map(({ value, count }) => (
              <tr>
                <td>
                  <a href={value.length > longestText ? undefined : hrefOf(value)}>
                    <Text of={value} class={filter === 'scan' ? 'mono' : 'target'} />
                  </a>
                  <svg class="bar" width="100%" height="4" aria-hidden="true">
                    <rect width={`${(100 * count) / largest}%`} height="4" />
                  </svg>
                </td>
                <td class="number">{countText(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
