import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/certificates.ts';
import { spiderfoot } from '../support/command.ts';
import { inTerminal, plain } from '../support/terminal.ts';
import { database } from '../support/test-database.ts';

async function pagedFile(): Promise<string> {
  return join(await temporaryFolder(), 'paged.txt');
}

it.each([
  ['log', []],
  ['log show', ['1']],
])('%s passes its text to the program in PAGER, in a terminal', async (command, args) => {
  const [file, db] = [await pagedFile(), await database({ type: 'scan_completed' })];
  const program = inTerminal([...command.split(' '), ...args, '--store', db], {
    env: { PAGER: `cat > '${file}'; echo paged` },
  });
  expect((await program.end()).code).toBe(0);
  expect(plain(program.lines)).toEqual(['paged']);
  expect(await readFile(file, 'utf8')).toContain('scan_completed');
});

it.each([
  ['with --no-pager', ['--no-pager'], 'false'],
  ['if PAGER is empty', [], ''],
  ['if the pager is not installed', [], 'no-such-pager'],
  ['with --json', ['--json'], 'false'],
])('log prints to the terminal %s', async (_, args, PAGER) => {
  const db = await database({ type: 'scan_completed' });
  const program = inTerminal(['log', '--store', db, ...args], { env: { PAGER } });
  expect((await program.end()).code).toBe(0);
  expect(plain(program.lines).join('\n')).toContain('scan_completed');
});

it('log shows a text that fits the screen in less, and ends', async () => {
  const db = await database({ type: 'scan_completed' });
  const program = inTerminal(['log', '--store', db], { env: { PAGER: 'less' } });
  expect((await program.end()).code).toBe(0);
  expect(plain(program.lines).join('\n')).toContain('scan_completed');
});

it('log uses no pager if its output is not a terminal', async () => {
  const [file, db] = [await pagedFile(), await database({ type: 'scan_completed' })];
  const { code, lines } = await spiderfoot(['log', '--store', db], { env: { PAGER: `cat > '${file}'` } });
  expect({ code, shown: lines.join('\n') }).toMatchObject({
    code: 0,
    shown: expect.stringContaining('scan_completed'),
  });
  await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
});

it('log succeeds if the pager ends before it has read everything', async () => {
  const db = await database(...Array.from({ length: 500 }, () => ({ type: 'scan_completed' })));
  const program = inTerminal(['log', '--store', db, '--limit', '500'], { env: { PAGER: 'head -n 1' } });
  expect((await program.end()).code).toBe(0);
  expect(program.lines.length).toBeLessThan(5);
});
