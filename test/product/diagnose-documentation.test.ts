import { diagnose } from '@spiderfoot-webhooks/diagnose';
import { expect, it } from 'vitest';
import { kinds } from '../../packages/diagnose/src/mistakes/mistake.ts';
import { textOf } from './support/readme.ts';

const headings = [...textOf('docs/diagnose.md').matchAll(/^## (.+)$/gm)].map(
  ([, title = '']) =>
    `/diagnose#${title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-')}`,
);

it('each kind of mistake in a signature has a heading in the documentation', () => {
  expect(headings.toSorted()).toEqual(Object.values(kinds).toSorted());
});

it('a mistake that diagnose finds links to the heading of its kind', () => {
  // The SHA-256 of an empty body, without a secret.
  const signature = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  const { mistakes = [] } = diagnose({ secret: 's', body: new Uint8Array(), signature });
  expect(mistakes.map(({ docs }) => docs)).toEqual([kinds.scheme]);
});
