import type { Command } from 'commander';
import { createProgram } from '../../src/program.ts';
import { spiderfoot } from './command.ts';

/** The reference of the command: the help of each command, as the program prints it. */
export async function reference(): Promise<string> {
  const sections = await Promise.all(pathsOf(await createProgram(() => true), []).map(section));
  return `${heading}\n\n${sections.join('\n\n')}\n`;
}

const heading = `# The command \`spiderfoot-webhooks\`

Generated from the command's own help: \`npx vitest run packages/cli/test/help.test.ts -u\` brings it up to date, and the tests fail where it is not.`;

type Path = readonly string[];

function pathsOf(command: Command, path: Path): readonly Path[] {
  return [path, ...command.commands.flatMap((each) => pathsOf(each, [...path, each.name()]))];
}

async function section(path: Path): Promise<string> {
  const { lines } = await spiderfoot([...path, '--help']);
  const title = ['spiderfoot-webhooks', ...path].join(' ');
  return `## ${title}\n\n\`\`\`text\n${lines.join('\n').trim()}\n\`\`\``;
}
