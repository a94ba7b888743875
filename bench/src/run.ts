import { parseArgs } from 'node:util';
import { parts } from './parts.ts';
import { conditions, writePart } from './report/page.ts';
import { createProgress } from './report/progress.ts';

const names = Object.keys(parts);

const usage = `npm run bench -- [--quick] [--json] [--rounds N] [--rows N] [--only PART[,PART]]

Run the benchmarks, print the figures, and write each part to docs/benchmarks.md when it is finished.
  --only    run only these parts: ${names.join(', ')}
  --quick   run only a few rounds, to check that the benchmarks work or to see a trend. Nothing is written
  --rounds  the number of rounds (60). Some parts run a third or a sixth of them
  --rows    the largest number of rows in a table (1000000)
  --json    print the figures as JSON
The parts engines, workers, postgres and inspector need PostgreSQL and Redis.
`;

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      only: { type: 'string', default: names.join(',') },
      rounds: { type: 'string' },
      rows: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { quick, json, help } = values;
  const rounds = Number(values.rounds ?? (quick ? 10 : 60));
  const rows = Number(values.rows ?? (quick ? 10_000 : 1_000_000));
  const wanted = values.only.split(',');
  const isValid = [rounds, rows].every((value) => Number.isInteger(value) && value > 0);
  if (help || !isValid || !wanted.every((name) => names.includes(name))) {
    process.stdout.write(usage);
    process.exitCode = help ? 0 : 1;
    return;
  }
  const progress = createProgress();
  const settings = { rounds, rows, quick, progress };
  const selected = Object.entries(parts).filter(([name]) => wanted.includes(name));
  for (const [, { check }] of selected) check?.();
  const all: Record<string, unknown> = {};
  for (const [name, part] of selected) {
    const rounds = part.rounds(settings);
    const measured = conditions(rounds);
    const { figures, markdown } = await part.measure(rounds, settings);
    progress.end();
    const [head = '', ...rest] = markdown;
    const text = [head, measured, ...rest].join('\n\n');
    all[name] = { measured, figures };
    if (!json) process.stdout.write(`${text}\n\n`);
    if (!quick) await writePart(name, text, names);
  }
  if (json) process.stdout.write(`${JSON.stringify(all, undefined, 2)}\n`);
}

await run();
