import type { Command } from 'commander';
import { createProgram } from '../../src/program.ts';
import { spiderfoot } from './command.ts';

/** Return the reference of the command: the help of each subcommand, as the program prints it. */
export async function reference(): Promise<string> {
  const sections = await Promise.all(pathsOf(await createProgram(() => true), []).map(section));
  return `${heading}\n\n${sections.join('\n\n')}\n`;
}

const heading = `# Command reference

This page is generated from the help of the command. To update it, run \`npx vitest run packages/cli/test/help.test.ts -u\`. A test fails if it is out of date.`;

type Path = readonly string[];

function pathsOf(command: Command, path: Path): readonly Path[] {
  return [path, ...command.commands.flatMap((each) => pathsOf(each, [...path, each.name()]))];
}

async function section(path: Path): Promise<string> {
  const { lines } = await spiderfoot([...path, '--help']);
  const title = ['spiderfoot-webhooks', ...path].join(' ');
  return `## ${title}\n\n\`\`\`text\n${lines.join('\n').trim()}\n\`\`\``;
}
