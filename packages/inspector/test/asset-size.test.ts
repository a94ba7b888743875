import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { loadAssets } from '../src/assets/load-assets.ts';

it('all scripts and styles together have at most 60 KB when they are compressed', () => {
  const assets = loadAssets();
  const folder = fileURLToPath(new URL('../dist/browser', import.meta.url));
  const scripts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.js'),
  );
  const names = [...scripts.map((name) => name.replaceAll('\\', '/')), 'uplot.js', 'inspector.css'];
  const sizes = names.map((name) => gzipSync(assets.get(name)?.body ?? readFileSync(name)).length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  expect(total).toBeGreaterThan(0);
  expect(total).toBeLessThanOrEqual(60_000);
});
