import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file that the browser loads. */
interface Asset {
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The scripts and the style of the pages. */
export interface Assets {
  /** A hash of all files. It is part of their paths, so that a browser may keep them, and a new version is loaded. */
  readonly version: string;
  get(name: string): Asset | undefined;
}

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

const home = fileURLToPath(new URL('../../', import.meta.url));

/** Styles that come before the others, because the others override them. */
const firstStyles = ['tokens.css', 'base.css', 'layout.css', 'controls.css', 'tables.css'];

/** Read the built scripts, the style and the chart library. All styles are sent as `inspector.css`. */
export function loadAssets(): Assets {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const scripts = join(home, 'dist/browser');
  for (const name of namesIn(scripts, '.js')) files.set(name, readFileSync(join(scripts, name)));
  const styles = join(home, 'src/styles');
  const names = namesIn(styles, '.css');
  const ordered = new Set([...firstStyles.filter((name) => names.includes(name)), ...names]);
  const css = [...ordered].map((name) => readFileSync(join(styles, name)));
  files.set('uplot.js', readUplot('uPlot.iife.min.js'));
  files.set('inspector.css', Buffer.concat([readUplot('uPlot.min.css'), ...css]));
  const version = hashOf(files);
  return {
    version,
    get(name) {
      const body = files.get(name);
      const type = types[name.split('.').at(-1) ?? ''];
      return body === undefined || type === undefined ? undefined : { type, body };
    },
  };
}

function namesIn(folder: string, extension: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .map((name) => name.replaceAll('\\', '/'))
    .toSorted();
}

function readUplot(name: string): Buffer<ArrayBuffer> {
  return readFileSync(createRequire(import.meta.url).resolve(`uplot/dist/${name}`));
}

function hashOf(files: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash('sha256');
  for (const [name, body] of files) hash.update(`${name}\0${body.length}\0`).update(body);
  return hash.digest('hex').slice(0, 16);
}
