import type { Child } from 'hono/jsx';
import { percent } from './handler-table.tsx';
import type { OverviewData } from './overview-data.ts';
import type { TimeRange } from './time-range.ts';

/** The numbers at the top: deliveries, success, failures, queue. */
export function Stats({ data: { states, health }, range }: { data: OverviewData; range: TimeRange }) {
  const count = (state: string) => states?.get(state) ?? 0;
  const total = [...(states?.values() ?? [])].reduce((sum, each) => sum + each, 0);
  const failed = count('failed') + count('dead') + count('rejected');
  const settled = failed + count('processed');
  return (
    <dl class="stats">
      {states && (
        <>
          <Stat
            name="Deliveries"
            note={range.name === undefined ? 'in the selected range' : `in the last ${range.name}`}
          >
            {number(total)}
          </Stat>
          <Stat name="Succeeded" note={`${number(count('processed'))} processed`}>
            {settled === 0 ? '–' : percent(count('processed') / settled)}
          </Stat>
          <Stat name="Failed" note="failed, dead or rejected">
            <a
              class={failed > 0 ? 'bad' : undefined}
              href="deliveries?state=failed&state=dead&state=rejected"
            >
              {number(failed)}
            </a>
          </Stat>
        </>
      )}
      {health && (
        <>
          <Stat name="Waiting" note="due now">
            <span data-health="waiting">{number(health.waiting)}</span>
          </Stat>
          <Stat name="Running" note="handlers at work">
            <span data-health="running">{number(health.running)}</span>
          </Stat>
          <Stat name="Retrying later" note="delayed">
            <span data-health="delayed">{number(health.delayed)}</span>
          </Stat>
          <Stat name="Oldest waiting" note="since it was received">
            <span data-health="oldest">{age(health.oldest)}</span>
          </Stat>
          <Stat name="Dead letters" note="need a replay">
            <a class={health.dead > 0 ? 'bad' : undefined} href="dead-letters" data-health="dead">
              {number(health.dead)}
            </a>
          </Stat>
        </>
      )}
    </dl>
  );
}

function Stat({ name, note, children }: { name: string; note: string; children: Child }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
      <dd class="note">{note}</dd>
    </div>
  );
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function age(at: Date | undefined): string {
  if (at === undefined) return '–';
  const seconds = Math.max(0, Math.floor((Date.now() - at.getTime()) / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}
