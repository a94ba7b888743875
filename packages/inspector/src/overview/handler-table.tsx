import { Text } from '../layout/text.tsx';
import type { HandlerHealth } from './handler-health.ts';

/** The success rate and the durations of each handler. */
export function HandlerTable({ handlers }: { handlers: readonly HandlerHealth[] }) {
  if (handlers.length === 0) return <p class="note">No handler has run in this range.</p>;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Handler</th>
          {['Runs', 'Success', 'p50', 'p95'].map((name) => (
            <th scope="col" class="number">
              {name}
            </th>
          ))}
          <th scope="col">Last error</th>
        </tr>
      </thead>
      <tbody>
        {handlers.map(({ name, runs, successRate, p50, p95, lastError }) => (
          <tr>
            <th scope="row">
              <Text of={name} />
            </th>
            <td class="number">{runs.toLocaleString('en-US')}</td>
            <td class={successRate < 1 ? 'number bad' : 'number'}>{percent(successRate)}</td>
            <td class="number">{milliseconds(p50)}</td>
            <td class="number">{milliseconds(p95)}</td>
            <td>{lastError !== undefined && <Text of={lastError} class="error" />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Rounded down, so that 100% means that every run has succeeded. */
export function percent(part: number): string {
  return `${(Math.floor(part * 1000) / 10).toLocaleString('en-US')}%`;
}

function milliseconds(duration: number | undefined): string {
  return duration === undefined ? '–' : `${Math.round(duration).toLocaleString('en-US')} ms`;
}
