import type { StoreHealth } from '@spiderfoot-webhooks/core/stores';
import type { Child } from 'hono/jsx';
import { ageText, countText, percentText } from '../layout/number-text.ts';
import type { Overview } from './overview-data.ts';

interface NumbersParts {
  readonly overview: Pick<Overview, 'readAt' | 'counts' | 'isComplete' | 'health'>;
  /** The query that selects the range in the list of deliveries. */
  readonly query: string;
}

/** The numbers of the range, and those of the queue now. */
export function Numbers({ overview: { readAt, counts, isComplete, health }, query }: NumbersParts) {
  const sum = (...states: readonly string[]) =>
    counts
      .filter(({ state = '' }) => states.length === 0 || states.includes(state))
      .reduce((total, { count }) => total + count, 0);
  const [processed, failed, dead] = [sum('processed'), sum('failed'), sum('dead')];
  const [ignored, rejected] = [sum('ignored'), sum('rejected')];
  const finished = processed + failed + dead;
  return (
    <div class="panel stats" data-region="numbers" data-read-at={String(readAt)}>
      <dl>
        <Stat
          label="Deliveries"
          note={isComplete ? `${countText(ignored)} ignored` : 'the newest of this range'}
        >
          <a href={`deliveries${query}`}>{countText(sum())}</a>
        </Stat>
        <Stat label="Succeeded" note={`${countText(processed)} of ${countText(finished)} finished`}>
          {percentText(processed, finished)}
        </Stat>
        <Stat label="Failed" note="in this range" mark={failed > 0 ? 'warn' : undefined}>
          <a href={`deliveries${query}&state=failed`}>{countText(failed)}</a>
        </Stat>
        <Stat label="Rejected" note="signed, but invalid">
          <a href={`deliveries${query}&state=rejected`}>{countText(rejected)}</a>
        </Stat>
      </dl>
      {health !== undefined && <QueueNumbers health={health} />}
    </div>
  );
}

/** The script updates the elements with `data-health`. */
function QueueNumbers({ health }: { health: StoreHealth }) {
  const { ready, waiting, running, delayed, dead, oldest } = health;
  const text = (count: number) => (ready ? countText(count) : '–');
  return (
    <dl>
      <Stat
        label="Waiting"
        note={
          <>
            oldest in queue&nbsp;<span data-health="oldest">{oldest ? ageText(oldest) : '–'}</span>
          </>
        }
      >
        <span data-health="waiting">{text(waiting)}</span>
      </Stat>
      <Stat
        label="To retry"
        note={
          <>
            <span data-health="running">{text(running)}</span> running
          </>
        }
        mark={delayed > 0 ? 'warn' : undefined}
      >
        <a href="deliveries?state=queued" data-health="delayed">
          {text(delayed)}
        </a>
      </Stat>
      <Stat label="Dead letters" note="in all" mark={dead > 0 ? 'bad' : undefined}>
        <a href="dead-letters" data-health="dead">
          {text(dead)}
        </a>
      </Stat>
    </dl>
  );
}

interface StatParts {
  readonly label: string;
  readonly note: Child;
  readonly mark?: 'warn' | 'bad' | undefined;
  readonly children?: Child;
}

function Stat({ label, note, mark, children }: StatParts) {
  return (
    <div>
      <dt>{label}</dt>
      <dd class={mark}>{children}</dd>
      <dd>{note}</dd>
    </div>
  );
}
