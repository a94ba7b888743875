import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { textsOf } from '../prose/texts.ts';
import { textOf } from './support/readme.ts';
import { packageNames, root } from './support/workspace.ts';

const sources = packageNames.flatMap((name) => filesIn(`packages/${name}/src`, '.ts'));
const messages = sources.flatMap((path) =>
  textsOf(join(root, path)).flatMap(({ kind, line, text }) =>
    kind === 'string' ? [{ place: `${path}:${line}`, text }] : [],
  ),
);
const headings = new Set(
  filesIn('docs', '.md').flatMap((path) =>
    [...textOf(path).matchAll(/^#{1,3} (.+)$/gm)].map(([, title]) => title),
  ),
);

function filesIn(folder: string, extension: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension) && !name.includes('node_modules'))
    .map((name) => `${folder}/${name}`);
}

// A user of an npm package has neither the folder `docs` nor the README of the repository.
it('Messages of the packages name no file of the documentation', () => {
  const namesFile = /\bdocs\/|\bthe readme\b|(?<!\w)[a-z][a-z-]*\.md\b/i;
  // `init` writes a README.md of its own.
  const found = messages.filter(({ text }) => namesFile.test(text.replaceAll('README.md', '')));
  expect(found).toEqual([]);
});

it('Messages of the packages refer to the documentation by a heading that exists', () => {
  const references = messages.flatMap(({ place, text }) =>
    [...text.matchAll(/(?:"([^"]+)" in )?the documentation\b/g)].map(([, title]) => ({ place, title })),
  );
  expect(references).toContainEqual(expect.objectContaining({ title: 'Body already parsed' }));
  expect(references.filter(({ title }) => title === undefined || !headings.has(title))).toEqual([]);
});
