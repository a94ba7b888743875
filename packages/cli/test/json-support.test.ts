import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { createProgram } from '../src/program.ts';

/** The commands without `--json`, each with the reason. */
const exceptions = new Map([
  ['completion', 'It writes a script for a shell.'],
  ['log export', 'Its default format is already a line of JSON for each delivery.'],
]);

interface Leaf {
  readonly path: string;
  readonly command: Command;
}

function leavesOf(command: Command, path: readonly string[]): readonly Leaf[] {
  if (command.commands.length === 0) return [{ path: path.join(' '), command }];
  return command.commands.flatMap((each) => leavesOf(each, [...path, each.name()]));
}

const leaves = leavesOf(await createProgram(() => true), []);

it.each(leaves)('$path has --json, unless it has a reason not to', ({ path, command }) => {
  const isSupported = command.options.some(({ long }) => long === '--json');
  expect(isSupported).toBe(!exceptions.has(path));
});

it('each exception is a command that exists', () => {
  expect(leaves.map(({ path }) => path)).toEqual(expect.arrayContaining([...exceptions.keys()]));
});
