import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';

const page = new URL('../../../docs/benchmarks.md', import.meta.url);

const intro = `# Benchmarks

\`npm run bench\` takes these measurements and writes this page. Each figure is the median of many rounds. The range is in
parentheses. In every round, all contenders run one after the other with the same bodies. A ratio compares two contenders of
the same round, so that load on the machine affects both. Every body is signed and unique, so none is a duplicate.`;

/** The conditions of a measurement. Other programs on the machine make its figures worse. */
export function conditions(rounds: number): string {
  const processors = cpus();
  const machine = `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}`;
  const load = (loadavg()[0] ?? Number.NaN).toFixed(1);
  return `Measured with Node ${process.versions.node} on ${machine}: ${rounds} rounds, load average ${load} at the start.`;
}

/**
 * Replace the text of one part in `docs/benchmarks.md`. The other parts keep their text.
 * @param order the names of all parts, in the order of the page
 */
export async function writePart(name: string, text: string, order: readonly string[]): Promise<void> {
  const texts = partsOf(await readFile(page, 'utf8')).set(name, text);
  const parts = order.flatMap((part) => {
    const text = texts.get(part);
    return text === undefined ? [] : [`${markOf(part)}\n\n${text}`];
  });
  await writeFile(page, `${[intro, ...parts].join('\n\n')}\n`);
}

/** The comment before a part. The docs site does not show it. */
const markOf = (name: string) => `<!-- npm run bench -- --only ${name} -->`;

function partsOf(markdown: string): Map<string, string> {
  const [, ...pieces] = markdown.split(/^<!-- npm run bench -- --only (\w+) -->$/m);
  const parts = new Map<string, string>();
  for (let at = 0; at + 1 < pieces.length; at += 2) {
    parts.set(pieces[at] ?? '', (pieces[at + 1] ?? '').trim());
  }
  return parts;
}
