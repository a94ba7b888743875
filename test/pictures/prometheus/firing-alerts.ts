import { parse } from 'yaml';
import { z } from 'zod';
import { readOperations } from '../../../packages/telemetry/test/support/operations.ts';
import type { PrometheusHistory, Sample, TimeRange } from './prometheus-history.ts';

const ruleFile = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          for: z
            .string()
            .regex(/^\d+m$/)
            .default('0m'),
          labels: z.record(z.string(), z.string()),
        }),
      ),
    }),
  ),
});

/**
 * Evaluate the alert rules over the past. Prometheus evaluates them only at the present time.
 * @param step the seconds between two evaluations
 * @returns the series `ALERTS` that Prometheus would have written
 */
export async function firingAlerts(
  prometheus: PrometheusHistory,
  range: TimeRange,
  step: number,
): Promise<readonly Sample[]> {
  const { groups } = ruleFile.parse(parse(readOperations('prometheus-alerts.yml')));
  const samples: Sample[] = [];
  for (const { alert, expr, for: pending, labels } of groups.flatMap((group) => group.rules)) {
    const duration = Number.parseInt(pending, 10) * 60;
    for (const series of await prometheus.queryRange(expr, { ...range, step })) {
      const { __name__: _, ...own } = series.labels;
      const all = { alertname: alert, alertstate: 'firing', ...own, ...labels };
      const line = `ALERTS{${Object.entries(all).map(([name, value]) => `${name}="${value}"`)}} 1`;
      let since: number | undefined;
      let last: number | undefined;
      for (const [time] of series.points) {
        if (last === undefined || time - last > step) since = time;
        last = time;
        if (since !== undefined && time - since >= duration) samples.push({ line, time });
      }
    }
  }
  return samples;
}
