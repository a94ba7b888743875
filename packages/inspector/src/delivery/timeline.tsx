import { rejections } from '@spiderfoot-webhooks/core';
import type { DeliveryRecord, HandlerRecord } from '@spiderfoot-webhooks/core/stores';
import type { Child } from 'hono/jsx';
import { countText } from '../layout/number-text.ts';
import { Text } from '../layout/text.tsx';
import { Time } from '../layout/time.tsx';

/** The attempts of each handler, the next attempt, and the reasons of a rejection. */
export function Timeline({ delivery }: { delivery: DeliveryRecord }) {
  const { handlers, nextAttempt, state, code, issues, error } = delivery;
  const isEmpty = handlers.length === 0 && nextAttempt === undefined;
  return (
    <section data-region="attempts">
      <div class="section-head">
        <h2>Attempts</h2>
      </div>
      {code !== undefined && (
        <div class="notice bad">
          <b>{code}</b> {Object.hasOwn(rejections, code) && rejections[code].hint}
          <ul>
            {issues.map(({ path, message }) => (
              <li>
                <Text of={path} class="mono" /> <Text of={message} />
              </li>
            ))}
          </ul>
        </div>
      )}
      {isEmpty && <p class="note">No handler has run.</p>}
      {error !== undefined && handlers.every((handler) => handler.succeeded) && (
        <p class="error">
          <Text of={error} />
        </p>
      )}
      <ol class="timeline">
        {handlers.map((handler) => (
          <HandlerItems handler={handler} />
        ))}
        {nextAttempt !== undefined && (
          <li class="next">
            <div class="line">
              <span>{state === 'running' ? 'Running' : 'Next attempt'}</span>
              <span class="note">
                <Time at={nextAttempt} />
              </span>
            </div>
          </li>
        )}
      </ol>
    </section>
  );
}

/** The runs of a handler, or its result if its runs were not recorded. */
function HandlerItems({ handler }: { handler: HandlerRecord }) {
  const { name, succeeded, attempts, error, runs = [] } = handler;
  if (runs.length === 0) {
    const note = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
    return <Item name={name} succeeded={succeeded} note={note} error={error} />;
  }
  return (
    <>
      {runs.map((run, index) => {
        // A handler that fails each time usually has the same error. It is shown once.
        const isSame = run.error !== undefined && run.error === runs[index - 1]?.error;
        const note = (
          <>
            <Time at={run.startedAt} />
            <span class="duration">{`${countText(Math.round(run.duration))} ms`}</span>
          </>
        );
        const error = isSame ? undefined : run.error;
        return (
          <Item name={name} succeeded={run.error === undefined} isSame={isSame} note={note} error={error} />
        );
      })}
    </>
  );
}

function Item(parts: {
  name: string;
  succeeded: boolean;
  isSame?: boolean;
  note: Child;
  error: string | undefined;
}) {
  const { name, succeeded, isSame = false, note, error } = parts;
  return (
    <li class={succeeded ? undefined : 'failed'}>
      <div class="line">
        <span>
          <b>
            <Text of={name} />
          </b>
          {succeeded ? ' succeeded' : ' failed'}
          {isSame && ' with the same error'}
        </span>
        <span class="note">{note}</span>
      </div>
      {error !== undefined && (
        <p class="error">
          <Text of={error} />
        </p>
      )}
    </li>
  );
}
