import { describe, expect, it } from 'vitest';
import { commands } from '../src/program.ts';
import { binary, output, spiderfoot, withSecret } from './support/command.ts';
import { reference } from './support/command-reference.ts';
import { shown } from './support/screen.ts';

const names = commands.map(({ name }) => name);

describe('help', () => {
  it('lists every command with --help, with help, and without arguments', async () => {
    const { code, lines, stderr } = await spiderfoot(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of names) expect(lines).toContainEqual(expect.stringMatching(`^  ${name} .+`));
    expect((await spiderfoot([])).lines).toEqual(lines);
    expect((await spiderfoot(['help'])).lines).toEqual(lines);
  });

  it.each(names)('shows a description, examples and the exit codes for %s', async (name) => {
    const { code, lines, stderr } = await spiderfoot([name, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines[0]).toMatch(new RegExp(`^Usage: spiderfoot-webhooks ${name}\\b`));
    expect(lines[2]).toMatch(/^[A-Z].{20}/);
    const text = lines.join('\n');
    expect(text).toMatch(/\nExamples:\n {2}# .+\n {2}spiderfoot-webhooks /);
    expect(text).toMatch(/\nExit codes:\n {2}0 /);
    expect((await spiderfoot(['help', name])).lines).toEqual(lines);
  });

  it('wraps help to the width of the terminal', async () => {
    const { screen } = await shown(['send', '--help'], { columns: 64, env: { NO_COLOR: '1' } });
    const [options = ''] = screen.split('Examples:');
    expect(options.split('\r\n').filter((line) => line.length > 64)).toEqual([]);
    expect(options).toContain('--dialect');
  });

  it('matches docs/cli.md', async () => {
    await expect(await reference()).toMatchFileSnapshot('../../../docs/cli.md');
  }, 120_000);
});

describe('usage errors', () => {
  it.each([
    { args: ['sned'], says: '(Did you mean send?)' },
    { args: ['send', '--tampr'], says: '(Did you mean --tamper?)' },
    { args: ['--nonsense'], says: "unknown option '--nonsense'" },
    { args: ['send', '--secret'], says: 'argument missing' },
    { args: ['help', 'sned'], says: "unknown command 'sned'" },
    { args: ['completion'], says: "missing required argument 'shell'" },
    { args: ['\u001b[31m'], says: "unknown command '\\u001b[31m'" },
  ])('exits with 2 and no stack for $args: $says', async ({ args, says }) => {
    const { code, lines, stderr } = await spiderfoot(args);
    expect({ code, lines }).toEqual({ code: 2, lines: [] });
    expect(stderr).toContain(says);
    expect(stderr).not.toContain('\u001b');
    expect(stderr).not.toContain('    at ');
  });
});

describe('hints for usage errors', () => {
  it('names the right place of an option that is given before its command', async () => {
    const { code, stderr } = await spiderfoot(['--secret', 'x', 'send']);
    expect(code).toBe(2);
    expect(stderr).toContain('after its name: send --secret');
  });
});

describe('commands that fail', () => {
  it('a failed command prints a sentence on standard error, and nothing on standard output', async () => {
    const { code, lines, stderr } = await withSecret(['sign', '/nowhere']);
    expect({ code, lines, stderr }).toEqual({
      code: 1,
      lines: [],
      stderr: expect.stringMatching(/^error: \/nowhere does not exist\.\n.+\.\n$/),
    });
    const folder = await withSecret(['sign', '/']);
    expect(folder).toMatchObject({ code: 1, lines: [] });
    expect(folder.stderr).toMatch(/^error: .+ a folder\.\n.+\.\n$/);
  });
});

describe('early close of the output', () => {
  it.each(['send --list', '--help', 'completion bash'])('exits with 0 if no one reads %s', async (args) => {
    // The reader has ended, so even the first write fails.
    const script = `exec 3> >(:); sleep 0.2; "$0" "$1" ${args} >&3; echo "code $?"`;
    expect(await output('bash', ['-c', script, process.execPath, binary])).toBe('code 0');
  });
});

describe('--version', () => {
  it('prints the version of the package with --version', async () => {
    const { code, lines } = await spiderfoot(['--version']);
    expect({ code, lines }).toEqual({ code: 0, lines: [expect.stringMatching(/^\d+\.\d+\.\d+/)] });
  });
});
