import { cp, mkdir, mkdtemp, readdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { succeed } from './bare.ts';
import { environment } from './workspace.ts';

/** An instruction of a Dockerfile, without its continuation lines. */
export interface Instruction {
  readonly name: string;
  readonly value: string;
}

/** The stages of a Dockerfile, each with its `FROM` first. */
export function stagesOf(dockerfile: string): readonly (readonly Instruction[])[] {
  const stages: Instruction[][] = [];
  for (const line of dockerfile.replaceAll('\\\n', ' ').split('\n')) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const [, name, value] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`Not an instruction: ${line}`);
    if (name === 'FROM') stages.push([]);
    stages.at(-1)?.push({ name, value });
  }
  return stages;
}

/** The values of an instruction in a stage. */
export function valuesOf(stage: readonly Instruction[], name: string): readonly string[] {
  return stage.filter((instruction) => instruction.name === name).map(({ value }) => value);
}

/** The variables that a stage sets. */
export function variablesOf(stage: readonly Instruction[]): Readonly<Record<string, string>> {
  const pairs = valuesOf(stage, 'ENV').flatMap((value) => value.split(' '));
  return Object.fromEntries(pairs.map((pair) => z.tuple([z.string(), z.string()]).parse(pair.split('='))));
}

/** The command of a stage in the exec form. */
export function commandOf(stage: readonly Instruction[]): readonly string[] {
  return z.array(z.string()).parse(JSON.parse(valuesOf(stage, 'CMD').at(-1) ?? ''));
}

/** The file system that a Dockerfile makes, in a folder of this machine. */
export interface Image {
  /** The folder of the last stage, which is `/` in the image. */
  readonly root: string;
  /** The folder of `WORKDIR`. */
  readonly folder: string;
  /** Put the root before the absolute paths in a text. */
  readonly place: (text: string) => string;
  readonly stage: readonly Instruction[];
}

/**
 * Do what a Dockerfile says, without a container: its commands run on this machine's Node, and write below `parent`.
 * @param context the folder from which it copies. Its sibling `tarballs` is next to each working folder as well
 * @throws Error if a command fails
 */
export async function build(dockerfile: string, context: string, parent: string): Promise<Image> {
  const roots = new Map<string, string>();
  let image: Image | undefined;
  for (const stage of stagesOf(dockerfile)) {
    const root = await mkdtemp(join(parent, 'stage-'));
    const place = (text: string) => text.replaceAll(/(?<=^|[\s=])\/(?=\w)/g, `${root}/`);
    let folder = root;
    for (const { name, value } of stage) {
      if (name === 'FROM') {
        const [, alias] = / AS (\w+)$/.exec(value) ?? [];
        if (alias !== undefined) roots.set(alias, root);
      } else if (name === 'WORKDIR') {
        folder = place(value);
        await mkdir(folder);
        await symlink(join(context, '../tarballs'), join(dirname(folder), 'tarballs'));
      } else if (name === 'COPY') {
        await copy(value, folder, context, roots);
      } else if (name === 'RUN') {
        await shell(place(value), folder);
      }
    }
    image = { root, folder, place, stage };
  }
  if (image === undefined) throw new Error('The Dockerfile has no stage');
  return image;
}

async function copy(
  value: string,
  folder: string,
  context: string,
  roots: ReadonlyMap<string, string>,
): Promise<void> {
  const [, stage, paths = ''] = /^(?:--from=(\w+) )?(.+)$/.exec(value) ?? [];
  const from = stage === undefined ? context : roots.get(stage);
  if (from === undefined) throw new Error(`The Dockerfile has no stage ${stage}`);
  const names = paths.split(' ');
  const target = names.pop() ?? '';
  for (const name of names) {
    // Docker copies the content of a folder, not the folder.
    const source = join(from, name);
    const isFolder = await readdir(source).then(
      () => true,
      () => false,
    );
    const to = isFolder || !target.endsWith('/') ? join(folder, target) : join(folder, target, name);
    await cp(source, to, { recursive: true });
  }
}

async function shell(command: string, cwd: string): Promise<void> {
  // This machine has no user "node".
  const user = `${process.getuid?.()}:${process.getgid?.()}`;
  const args = ['-c', command.replaceAll('node:node', user)];
  await succeed('sh', args, { cwd, env: ownNode(), timeout: 300_000 });
}

/** The environment in which `node` is the Node of the tests. */
export function ownNode(): Readonly<Record<string, string>> {
  return { PATH: `${dirname(process.execPath)}:${environment().PATH}` };
}
