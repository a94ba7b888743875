import { ColumnHeads } from '../layout/column-heads.tsx';
import { countText } from '../layout/number-text.ts';
import { Text } from '../layout/text.tsx';
import { Time } from '../layout/time.tsx';
import { type CodeCount, hintOf } from './code-counts.ts';

/** The number of rejected requests by code, with the usual cause and its fix. */
export function CodeTable({ counts }: { counts: readonly CodeCount[] }) {
  return (
    <section>
      <div class="section-head">
        <h2>By code</h2>
      </div>
      <table>
        <ColumnHeads
          columns={['Code', { label: 'Requests', class: 'number' }, { label: 'Latest hour', class: 'wide' }]}
        />
        <tbody data-keyed="">
          {counts.map(({ code, count, latest }) => (
            <tr data-key={code}>
              <td>
                <b>
                  <Text of={code} />
                </b>
                <p class="note">{hintOf(code)}</p>
              </td>
              <td class="number">{countText(count)}</td>
              <td class="wide">
                <Time at={latest} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
