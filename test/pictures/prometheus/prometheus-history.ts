import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { requireProgram } from '../../support/servers/describe-with-server.ts';
import { freePort } from '../../support/servers/free-port.ts';
import { ServerProcess } from '../../support/servers/server-process.ts';

const install = 'prometheus';

/** A line of Prometheus' text format, without its time: `name{label="value"} 1`. */
export interface Sample {
  readonly line: string;
  /** Seconds since 1970. */
  readonly time: number;
}

/** A series of a range query. */
interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since 1970, and the value. Steps without a value are missing. */
  readonly points: readonly (readonly [time: number, value: number])[];
}

export interface TimeRange {
  /** Seconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** A Prometheus that contains samples of the past. */
export interface PrometheusHistory {
  /** @param step seconds between two points */
  queryRange(query: string, range: TimeRange & { readonly step: number }): Promise<readonly Series[]>;
  /** Stop the server, and delete its data. */
  stop(): Promise<void>;
}

const matrix = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.number(), z.string()])),
      }),
    ),
  }),
});

/** Write samples to the storage of a new Prometheus, and start it. */
export async function startPrometheusWith(samples: readonly Sample[]): Promise<PrometheusHistory> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-history-'));
  const data = join(folder, 'data');
  const file = join(folder, 'samples.txt');
  writeFileSync(file, `${samples.map(({ line, time }) => `${line} ${time}\n`).join('')}# EOF\n`);
  const promtool = requireProgram({ program: 'promtool', install });
  const created = spawnSync(promtool, ['tsdb', 'create-blocks-from', 'openmetrics', file, data], {
    encoding: 'utf8',
  });
  if (created.status !== 0) throw new Error(`promtool failed:\n${created.stderr}`);
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, '{}');
  const port = await freePort();
  const server = new ServerProcess(requireProgram({ program: 'prometheus', install }), [
    `--config.file=${config}`,
    `--storage.tsdb.path=${data}`,
    '--storage.tsdb.retention.time=100y',
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  await server.prints(/Server is ready to receive web requests/);
  return {
    async queryRange(query, { from, to, step }) {
      const body = new URLSearchParams({ query, start: `${from}`, end: `${to}`, step: `${step}` });
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/query_range`, { method: 'POST', body });
      const text = await response.text();
      if (!response.ok) throw new Error(`Prometheus rejects ${query}:\n${text}`);
      return matrix.parse(JSON.parse(text)).data.result.map(({ metric, values }) => ({
        labels: metric,
        points: values.map(([time, value]) => [time, Number(value)] as const),
      }));
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Return the samples of a scrape, with the labels that Prometheus adds. */
export function samplesOf(text: string, time: number, instance: string): readonly Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const all = [labels, `instance="${instance}"`, 'job="spiderfoot-webhooks"'].filter(Boolean).join(',');
      return { line: `${name}{${all}} ${value}`, time };
    });
}
