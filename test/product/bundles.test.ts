import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signedRequest } from '@spiderfoot-webhooks/core/testing';
import { describe, expect, it } from 'vitest';
import { bundle, targets } from './support/bundles.ts';
import { blocksOf } from './support/readme.ts';
import { root } from './support/workspace.ts';

const here = join(root, 'test/product');
const targetNames = Object.keys(targets) as (keyof typeof targets)[];

const programs: readonly (readonly [name: string, source: string, folder: string])[] = [
  [
    'examples/worker',
    readFileSync(join(root, 'examples/worker/src/worker.ts'), 'utf8'),
    join(root, 'examples/worker/src'),
  ],
  ...['README.md', 'docs/hono.md']
    .flatMap(blocksOf)
    .filter(({ code }) => code.includes('@spiderfoot-webhooks/hono') && !code.includes("'hono/bun'"))
    .map(({ name, code }) => [name, code, here] as const),
];

describe.each(targetNames)('A bundle for a %s', (target) => {
  it.each(programs)('imports no module of Node in a bundle of %s', async (_, source, folder) => {
    const { imports, code } = await bundle(source, folder, targets[target]);
    expect(imports).toEqual([]);
    expect(code).not.toMatch(/\bnode:/);
  });

  it('verifies a delivery and runs its handler in a bundled Hono app', async () => {
    const source = `
      import { createReceiver } from '@spiderfoot-webhooks/core';
      import { webhookHandler } from '@spiderfoot-webhooks/hono';
      import { Hono } from 'hono';
      export const targets: unknown[] = [];
      const receiver = createReceiver({ secret: 'bundled-s3cret' });
      receiver.on('scan_completed', ({ data }) => void targets.push(data.target));
      export default new Hono().all('/webhook', webhookHandler(receiver));
    `;
    const { code } = await bundle(source, here, targets[target]);
    // Node loads equal bundles only once. The comment makes each a different module.
    const app = await import(`data:text/javascript,${encodeURIComponent(`${code}\n// ${target}`)}`);
    const url = 'http://127.0.0.1/webhook';
    const genuine = await signedRequest('scan_completed', { secret: 'bundled-s3cret', url });
    const forged = await signedRequest('scan_completed', { secret: 'another', url });
    expect([(await app.default.fetch(genuine)).status, (await app.default.fetch(forged)).status]).toEqual([
      200, 401,
    ]);
    expect(app.targets).toEqual(['example.com']);
  });
});

describe('a worker bundle, minified and compressed with gzip', () => {
  const receiver = `
    import { createReceiver } from '@spiderfoot-webhooks/core';
    const receiver = createReceiver({ secret: 'your-webhook-secret' });
  `;
  const web = `
    import { fetchHandler } from '@spiderfoot-webhooks/core/web';
    ${receiver}
    export default { fetch: fetchHandler(receiver) };
  `;
  const hono = `
    import { webhookHandler } from '@spiderfoot-webhooks/hono';
    import { Hono } from 'hono';
    ${receiver}
    export default new Hono().all('/webhook', webhookHandler(receiver));
  `;

  // docs/runtimes.md documents these sizes.
  it.each([
    ['core and fetchHandler', web, 51_500],
    ['core and Hono', hono, 59_500],
  ])('keeps the worker bundle of %s within its budget', async (name, source, budget) => {
    const { gzipped } = await bundle(source, here);
    console.log(`${name}: ${gzipped} bytes, of at most ${budget}`);
    expect(gzipped).toBeLessThanOrEqual(budget);
  });
});
