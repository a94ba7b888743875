import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { measureCli } from './cli/start.ts';
import { measureCore } from './core/core.ts';
import { measureEngineHttp } from './engines/engine-http.ts';
import { measureEngineRows } from './engines/engine-rows.ts';
import { requireEngines } from './engines/engine-servers.ts';
import { measureEngineWorkers } from './engines/engine-workers.ts';
import { measureForwardMemory } from './forward/memory.ts';
import { measureForwardRates } from './forward/rate.ts';
import { measureHttp } from './http/http.ts';
import { measureRejections } from './http/rejections.ts';
import { createProgress } from './report/progress.ts';
import { type Figures, load, machine, toMarkdown } from './report/report.ts';
import { measureStoreHttp } from './store/store-http.ts';
import { measureStoreRows } from './store/store-rows.ts';

const usage = `npm run bench -- [--quick] [--json] [--rounds N] [--rows N]
  [--only core|http|rejections|store|engines|forward|cli]

Run all benchmarks, print the figures, and write them to docs/benchmarks.md.
  --quick   run only a few rounds, to check that the benchmarks work or to see a trend
  --rounds  the number of rounds (60). Some parts run a third or a sixth of them
  --rows    the largest number of rows in a table (1000000)
  --json    print the figures as JSON
  --only    run one part
With --quick or --only, the file is not written. The part engines needs PostgreSQL and Redis.
`;

const parts = ['core', 'http', 'rejections', 'store', 'engines', 'forward', 'cli'];

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      rows: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { quick, json, only, help } = values;
  const rounds = Number(values.rounds ?? (quick ? 10 : 60));
  const most = Number(values.rows ?? (quick ? 10_000 : 1_000_000));
  const isValid = [rounds, most].every((value) => Number.isInteger(value) && value > 0);
  if (help || !isValid || (only !== undefined && !parts.includes(only))) {
    process.stdout.write(usage);
    process.exitCode = help ? 0 : 1;
    return;
  }
  const wants = (part: string) => only === undefined || only === part;
  if (wants('engines')) requireEngines();
  const progress = createProgress();
  const figures: Figures = {
    machine: machine(),
    load: load(),
    node: process.versions.node,
    rounds,
    core: wants('core') ? await measureCore(rounds, progress) : [],
    http: wants('http') ? await measureHttp(rounds, progress) : [],
    rejections: wants('rejections') ? await measureRejections(rounds, progress) : [],
    storeHttp: wants('store') ? await measureStoreHttp(Math.ceil(rounds / 3), progress) : [],
    storeRows: wants('store') ? await measureStoreRows(Math.ceil(rounds / 3), most, progress) : undefined,
    engineHttp: wants('engines') ? await measureEngineHttp(Math.ceil(rounds / 3), progress) : undefined,
    engineWorkers: wants('engines') ? await measureEngineWorkers(Math.ceil(rounds / 6), progress) : [],
    engineRows: wants('engines') ? await measureEngineRows(most, progress) : undefined,
    forwardRates: wants('forward') ? await measureForwardRates(Math.ceil(rounds / 3), progress) : [],
    forwardMemory: wants('forward')
      ? await measureForwardMemory(quick ? 1 : 5, quick ? 2000 : 10_000, progress)
      : [],
    cli: wants('cli') ? await measureCli(Math.ceil(rounds / 3), progress) : [],
  };
  progress.end();
  const page = toMarkdown(figures);
  process.stdout.write(json ? `${JSON.stringify(figures, undefined, 2)}\n` : page);
  if (!quick && only === undefined) {
    await writeFile(new URL('../../docs/benchmarks.md', import.meta.url), page);
  }
}

await run();
