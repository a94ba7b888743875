/**
 * Checks the texts that people read for phrases to avoid: `npm run lint:prose`. With `--measure`, prints how often the
 * words occur by which translated English is recognized, per 1,000 words.
 */
import { execFileSync } from 'node:child_process';
import { phrases } from './phrases.ts';
import { type Text, textsOf } from './texts.ts';

/** Files with texts of others, or that a tool writes. */
const notOurs =
  /^(?:docs\/cli\.md|LICENSE|packages\/[^/]+\/LICENSE|.*\/CHANGELOG\.md|test\/prose\/phrases\.ts)$/;

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const files = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...names],
  {
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter((path) => /\.(?:md|ts|mts|mjs)$/.test(path) && !notOurs.test(path));
const texts = files.flatMap((path) => textsOf(path).map((text) => ({ path, ...text })));

if (process.argv.includes('--measure')) {
  measure(
    'Markdown',
    texts.filter(({ kind }) => kind === 'markdown'),
  );
  measure(
    'TSDoc',
    texts.filter(({ kind, text }) => kind === 'comment' && text.startsWith('/**')),
  );
} else {
  const found = texts.flatMap(findings);
  for (const line of found) console.error(line);
  if (found.length > 0) process.exitCode = 1;
  console.log(
    `${files.length} files, ${found.length} ${found.length === 1 ? 'phrase' : 'phrases'} to replace`,
  );
}

function findings({ path, line, text }: Text & { readonly path: string }): readonly string[] {
  return phrases.flatMap(({ pattern, instead }) =>
    [...text.matchAll(pattern)].map((match) => {
      const at = line + text.slice(0, match.index).split('\n').length - 1;
      return `${path}:${at}: "${match[0]}" → ${instead}`;
    }),
  );
}

function measure(kind: string, measured: readonly Text[]): void {
  const words = measured.flatMap(({ text }) => text.toLowerCase().match(/[a-z]+(?:'[a-z]+)?/g) ?? []);
  const rate = (word: string) => {
    const count = words.filter((other) => other === word).length;
    return `"${word}" ${((count / words.length) * 1000).toFixed(1)}`;
  };
  console.log(`${kind}, ${words.length} words, per 1,000: ${['if', 'where', 'what'].map(rate).join(', ')}`);
}
