import { type Column, ColumnHeads } from '../layout/column-heads.tsx';
import { countText, durationText, percentText } from '../layout/number-text.ts';
import { Text } from '../layout/text.tsx';
import { Time } from '../layout/time.tsx';
import type { HandlerHealth } from './handler-health.ts';
import { sampleSize } from './overview-data.ts';

/** The handlers that are shown. Those that fail most are first. */
const mostHandlers = 20;

const columns: readonly Column[] = [
  'Handler',
  { label: 'Runs', class: 'number' },
  { label: 'Success', class: 'number' },
  { label: 'p50', class: 'number wide' },
  { label: 'p95', class: 'number wide' },
  { label: 'Last error', class: 'own-line' },
];

/** The success, the durations and the last error of each handler. */
export function HandlersSection(parts: { handlers: readonly HandlerHealth[]; isLarge: boolean }) {
  const { handlers, isLarge } = parts;
  const hidden = handlers.length - mostHandlers;
  return (
    <section data-region="handlers">
      <div class="section-head">
        <h2>Handlers</h2>
        {isLarge && <span class="note">{`newest ${countText(sampleSize)} deliveries`}</span>}
      </div>
      {handlers.length === 0 ? (
        <p class="note">No handler has run.</p>
      ) : (
        <table class="stack">
          <ColumnHeads columns={columns} />
          <tbody>
            {handlers.slice(0, mostHandlers).map((handler) => (
              <HandlerRow handler={handler} />
            ))}
          </tbody>
        </table>
      )}
      {hidden > 0 && (
        <p class="note">{`${countText(hidden)} handlers that fail less often are not shown.`}</p>
      )}
    </section>
  );
}

function HandlerRow({ handler }: { handler: HandlerHealth }) {
  const { name, runs, failures, p50, p95, lastError, failingSince } = handler;
  return (
    <tr>
      <td>
        <span class={failingSince === undefined ? 'health' : 'health failing'}>
          <Text of={name} />
        </span>
      </td>
      <td class="number">{countText(runs)}</td>
      <td class={failingSince === undefined ? 'number' : 'number bad'}>
        {percentText(runs - failures, runs)}
      </td>
      <td class="number wide">{durationText(p50)}</td>
      <td class="number wide">{durationText(p95)}</td>
      <td class="own-line">
        {lastError !== undefined && (
          <>
            <a
              class={failingSince === undefined ? 'error past' : 'error'}
              href={`deliveries/${encodeURIComponent(lastError.key)}`}
            >
              <Text of={lastError.text} />
            </a>
            <p class="note">
              {failingSince === undefined ? (
                <>
                  last failed <Time at={lastError.at} />
                </>
              ) : (
                <b class="bad">
                  failing since <Time at={failingSince} />
                </b>
              )}
            </p>
          </>
        )}
      </td>
    </tr>
  );
}
