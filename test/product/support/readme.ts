import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ended, run } from './program.ts';
import { packageNames, root } from './workspace.ts';

/** Pages that have their own test, or that a program writes. */
const otherPages = ['custom-adapter.md', 'custom-store.md', 'benchmarks.md', 'cli.md'];

/** The documents whose TypeScript is executed. */
export const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md') && !otherPages.includes(name))
    .map((name) => `docs/${name}`),
  ...packageNames.map((name) => `packages/${name}/README.md`),
];

/** A block of TypeScript in a document. */
export interface Block {
  /** Its position, for example `README.md:42`. */
  readonly name: string;
  /** The word after `ts`. */
  readonly mode: 'drive' | 'run' | 'no-run';
  readonly code: string;
}

export function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

export function blocksOf(file: string): readonly Block[] {
  const text = textOf(file);
  return [...text.matchAll(/^```ts ?(.*)\n([\s\S]*?)^```$/gm)].map(
    ({ index, 1: mode = '', 2: code = '' }) => {
      const name = `${file}:${text.slice(0, index).split('\n').length}`;
      if (mode === '' || mode === 'run' || mode === 'no-run') return { name, mode: mode || 'drive', code };
      throw new Error(`${name} has an unknown mode: ${mode}`);
    },
  );
}

/** The expected output, from the comments after `console.log()`. */
export function promisedBy({ code }: Block): readonly string[] {
  return [...code.matchAll(/console\.log\(.*\);? \/\/ (.*)$/gm)].map(([, comment = '']) => comment);
}

/** The cells of the first table below a heading, without the header row. */
export function tableBelow(file: string, heading: RegExp): readonly (readonly string[])[] {
  const text = textOf(file);
  const from = text.slice(heading.exec(text)?.index ?? text.length);
  const [table = ''] = /(?:^\|.*\n)+/m.exec(from) ?? [];
  const rows = table
    .split('\n')
    .filter((line) => line !== '')
    .slice(2);
  if (rows.length === 0) throw new Error(`${file} has no table below ${heading}`);
  return rows.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The code in backticks. */
export function codeIn(text = ''): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

/** The compiled blocks. */
export interface Compiled {
  /** The compiler's errors in a block. */
  readonly errors: (block: Block) => readonly string[];
  /** Returns the path of a block's JavaScript. */
  readonly path: (block: Block) => string;
  /** Runs a block. */
  readonly run: (block: Block) => Promise<Ended>;
  /** Runs a block and sends an event to its app, server or receiver. */
  readonly drive: (block: Block) => Promise<Ended>;
  readonly remove: () => void;
}

/** Compiles blocks as a user would, in a folder of the workspace, so that they find their imports. */
export async function compile(blocks: readonly Block[]): Promise<Compiled> {
  const folder = mkdtempSync(join(root, 'test/product/.generated-'));
  const base = (block: Block) => block.name.replaceAll(/\W/g, '-');
  for (const block of blocks)
    writeFileSync(join(folder, `${base(block)}.ts`), `${block.code}${exportsOf(block)}`);
  const check = (...files: readonly string[]) => typeCheck(folder, files);
  // Blocks that are not run can contain global declarations, so compile each of them separately.
  const separate = blocks.filter(({ mode }) => mode === 'no-run');
  const together = blocks.filter((block) => !separate.includes(block));
  const found = await Promise.all([
    ...(together.length > 0 ? [check(...together.map(base))] : []),
    ...separate.map((block) => check(base(block))),
  ]);
  const compiled = (block: Block) => join(folder, `${base(block)}.js`);
  const typeOf = (block: Block) => /receiver\.on\('([\w.]+)'/.exec(block.code)?.[1] ?? 'scan_completed';
  return {
    errors: (block) => found.flat().filter((error) => error.startsWith(`${base(block)}.ts`)),
    path: compiled,
    run: (block) => run(process.execPath, [compiled(block)], { cwd: folder }),
    drive: (block) =>
      run(
        process.execPath,
        [join(root, 'test/product/programs/drive-snippet.mjs'), compiled(block), typeOf(block)],
        {
          cwd: folder,
        },
      ),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The export statement that gives the driver access to a block's variables. */
function exportsOf({ mode, code }: Block): string {
  const names = [...code.matchAll(/^const (app|server|receiver|store) =/gm)].map(([, name = '']) => name);
  return mode === 'drive' ? `export { ${names.join(', ')} };\n` : '';
}

async function typeCheck(folder: string, names: readonly string[]): Promise<readonly string[]> {
  const config = join(folder, `${names[0]}.json`);
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    strict: true,
    types: ['node'],
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
  };
  writeFileSync(config, JSON.stringify({ compilerOptions, files: names.map((name) => `${name}.ts`) }));
  const { lines, stderr } = await run(join(root, 'node_modules/.bin/tsc'), ['-p', config], { cwd: folder });
  // An indented line continues the error above it.
  const errors = lines
    .join('\n')
    .split(/\n(?! )/)
    .filter((error) => error !== '');
  const other = errors.filter((error) => !names.some((name) => error.startsWith(`${name}.ts`)));
  if (stderr !== '' || other.length > 0) throw new Error([...other, stderr].join('\n'));
  return errors;
}
