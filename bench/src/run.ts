import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { measureCli } from './cli/start.ts';
import { measureCore } from './core/core.ts';
import { measureForwardMemory } from './forward/memory.ts';
import { measureForwardRates } from './forward/rate.ts';
import { measureHttp } from './http/http.ts';
import { measureRejections } from './http/rejections.ts';
import { createProgress } from './report/progress.ts';
import { type Figures, machine, toMarkdown } from './report/report.ts';
import { measureStoreHttp } from './store/store-http.ts';
import { measureStoreRows } from './store/store-rows.ts';

const usage = `npm run bench -- [--quick] [--json] [--only core|http|rejections|store|forward|cli]

Run all benchmarks, print the figures, and write them to docs/benchmarks.md.
  --quick   run only a few rounds, to check that the benchmarks work or to see a trend
  --json    print the figures as JSON
  --only    run one part
With --quick or --only, the file is not written.
`;

const parts = ['core', 'http', 'rejections', 'store', 'forward', 'cli'];

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { quick, json, only, help } = values;
  if (help || (only !== undefined && !parts.includes(only))) {
    process.stdout.write(usage);
    process.exitCode = help ? 0 : 1;
    return;
  }
  const rounds = quick ? 10 : 60;
  const wants = (part: string) => only === undefined || only === part;
  const progress = createProgress();
  const figures: Figures = {
    machine: machine(),
    node: process.versions.node,
    rounds,
    core: wants('core') ? await measureCore(rounds, progress) : [],
    http: wants('http') ? await measureHttp(rounds, progress) : [],
    rejections: wants('rejections') ? await measureRejections(rounds, progress) : [],
    storeHttp: wants('store') ? await measureStoreHttp(Math.ceil(rounds / 3), progress) : [],
    storeRows: wants('store')
      ? await measureStoreRows(Math.ceil(rounds / 3), quick ? 10_000 : 1_000_000, progress)
      : undefined,
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
