import { ColumnHeads } from '../layout/column-heads.tsx';
import { countText } from '../layout/number-text.ts';
import { Text } from '../layout/text.tsx';
import { type CodeCount, hintOf } from '../rejected/code-counts.ts';

/** The requests that were rejected before they were authenticated, by code, with the usual cause and its fix. */
export function RejectionsSection({ codes }: { codes: readonly CodeCount[] | undefined }) {
  return (
    <section data-region="rejections">
      <div class="section-head">
        <h2>Rejected requests</h2>
      </div>
      {codes === undefined && (
        <p class="note">
          This store does not count rejected requests. To see them, use SQLite or PostgreSQL.
        </p>
      )}
      {codes?.length === 0 && <p class="note">No rejected requests.</p>}
      {codes !== undefined && codes.length > 0 && (
        <table>
          <ColumnHeads columns={['Code', { label: 'Requests', class: 'number' }]} />
          <tbody>
            {codes.map(({ code, count }) => (
              <tr>
                <td>
                  <a href="rejected">
                    <Text of={code} />
                  </a>
                  <p class="note">{hintOf(code)}</p>
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
