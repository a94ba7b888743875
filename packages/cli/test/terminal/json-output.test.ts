import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/certificates.ts';
import { type CommandOptions, secret, withSecret } from '../support/command.ts';
import { listening, start } from '../support/listen-process.ts';
import { inTerminal } from '../support/terminal.ts';
import { typicalDatabase } from '../support/test-database.ts';

/** Run a command with `--json`, and parse each line of its output. */
async function json(args: readonly string[], options: CommandOptions = {}) {
  const { code, lines, stderr } = await withSecret([...args, '--json'], options);
  return { code, results: lines.map((line): unknown => JSON.parse(line)), stderr };
}

async function onlyResult(args: readonly string[], options: CommandOptions = {}): Promise<unknown> {
  const { code, results, stderr } = await json(args, options);
  expect({ code, stderr, count: results.length }).toEqual({ code: 0, stderr: '', count: 1 });
  return results[0];
}

const body = '{"event":"x"}';
const signature = `sha256=${'0'.repeat(64)}`;

describe('results with --json', () => {
  it('sign --json prints the signature and the name of its header, and verify --json whether it is valid', async () => {
    const signed = await onlyResult(['sign'], { input: body });
    expect(signed).toEqual({
      header: 'X-SpiderFoot-Signature',
      signature: expect.stringMatching(/^sha256=[\da-f]{64}$/),
    });
    const { signature: right } = Object(signed);
    expect(await onlyResult(['verify', '-s', right], { input: body })).toEqual({ valid: true });
    const wrong = await json(['verify', '-s', signature], { input: body });
    expect(wrong).toEqual({ code: 1, results: [{ valid: false }], stderr: '' });
  });

  it('diagnose --json prints the conclusion', async () => {
    const { code, results } = await json(['diagnose', '-s', signature], { input: body });
    expect({ code, results }).toMatchObject({
      code: 1,
      results: [{ genuine: false, steps: expect.any(Array), conclusion: { kind: 'unknown' } }],
    });
  });

  it('replay --json prints the number of replayed deliveries, and those that the arguments name', async () => {
    const db = await typicalDatabase();
    const filter = ['replay', '--state', 'failed', '--store', db];
    expect(await onlyResult([...filter, '--dry-run'])).toEqual({
      dryRun: true,
      replayed: 1,
      states: { failed: 1 },
    });
    const named = { key: '1', endpoint: 'default', eventType: 'scan_completed', previousState: 'processed' };
    const delivery = { ...named, id: expect.stringMatching(/^[\da-f]{32}$/) };
    expect(await onlyResult(['replay', '1', '--store', db, '--dry-run'])).toEqual({
      dryRun: true,
      replayed: 1,
      deliveries: [delivery],
    });
    expect(await onlyResult(filter)).toEqual({ dryRun: false, replayed: 1 });
    expect(await onlyResult(['replay', '1', '1', '--store', db])).toEqual({
      dryRun: false,
      replayed: 1,
      deliveries: [delivery],
    });
  });

  it('prune --json prints the number of deleted deliveries', async () => {
    const db = await typicalDatabase();
    const prune = ['prune', '--keep', '0', '--store', db];
    expect(await onlyResult([...prune, '--dry-run'])).toEqual({ dryRun: true, deleted: 2 });
    expect(await onlyResult(prune)).toEqual({ dryRun: false, deleted: 2 });
    expect(await onlyResult(prune)).toEqual({ dryRun: false, deleted: 0 });
  });

  it('log list, log show and tail print a line for each delivery with --json, and log stats prints counts', async () => {
    const db = await typicalDatabase();
    for (const command of [['log', 'list'], ['tail']]) {
      const { code, results } = await json([...command, '--store', db]);
      expect(code).toBe(0);
      expect(results).toHaveLength(4);
      for (const result of results) {
        expect(result).toMatchObject({ key: expect.any(String), state: expect.any(String) });
      }
    }
    expect(await onlyResult(['log', 'show', '2', '--store', db])).toMatchObject({
      key: '2',
      state: 'failed',
    });
    expect(await onlyResult(['log', 'stats', '--store', db])).toMatchObject({ total: 4 });
  });

  it('log list --json prints the cursor of the next page on standard error', async () => {
    const db = await typicalDatabase();
    const first = await json(['log', 'list', '--limit', '3', '--store', db]);
    expect(first.results).toHaveLength(3);
    const { cursor } = JSON.parse(first.stderr);
    const second = await json(['log', 'list', '--limit', '3', '--cursor', cursor, '--store', db]);
    expect(second).toMatchObject({ code: 0, results: [{ key: '1' }], stderr: '' });
  });

  it('init --json prints the files and the next command', async () => {
    const folder = join(await temporaryFolder(), 'receiver');
    expect(await onlyResult(['init', 'hono', folder])).toMatchObject({
      folder,
      framework: 'hono',
      files: expect.arrayContaining(['package.json', 'src/server.ts', '.env']),
      secretFile: '.env',
      next: `cd ${folder} && npm install && npm start`,
    });
    expect(await readFile(join(folder, '.env'), 'utf8')).toContain('SPIDERFOOT_WEBHOOK_SECRET=');
  });

  it('migrate --json prints that a SQLite file is up to date', async () => {
    const result = await onlyResult(['migrate', '--store', await typicalDatabase()]);
    expect(result).toEqual({ engine: 'sqlite', upToDate: true });
  });

  it('inspect --json prints the URL of the page', async () => {
    const program = start(['inspect', await typicalDatabase(), '--port', '0', '--json']);
    await program.says(/"url"/);
    const [line = ''] = program.lines;
    const { url, readOnly } = JSON.parse(line);
    expect(readOnly).toBe(false);
    expect((await fetch(url)).status).toBe(200);
    program.signal('SIGINT');
    expect(await program.end()).toMatchObject({ code: 0 });
  });

  it('listen, send, doctor and send --list print a line for each event, check and type with --json', async () => {
    const { program, url } = await listening(['--json']);
    const sent = await onlyResult(['send', 'scan_failed', '--url', url, '--secret', secret]);
    expect(sent).toMatchObject({ type: 'scan_failed', expected: true, attempts: [{ status: 200 }] });
    await program.says(/scan_failed/);
    for (const line of program.lines) expect(JSON.parse(line)).toMatchObject({ outcome: 'processed' });
    const { results } = await json(['doctor', url, '--secret', secret]);
    expect(results).toContainEqual(expect.objectContaining({ check: 'signed', verdict: 'ok' }));
    const types = await json(['send', '--list']);
    expect(types.results).toContainEqual({ eventType: 'scan_completed' });
  });
});

describe('errors with --json', () => {
  it.each([
    { args: ['prune'], code: 'usage_error', exitCode: 2, hint: true },
    { args: ['replay', '--nonsense'], code: 'usage_error', exitCode: 2, hint: true },
    { args: ['init', 'rails'], code: 'usage_error', exitCode: 2, hint: true },
    { args: ['sned'], code: 'usage_error', exitCode: 2, hint: true },
    { args: ['log', '--store', '/nowhere/w.db'], code: 'usage_error', exitCode: 2, hint: false },
    { args: ['sign', '/nowhere'], code: 'failed', exitCode: 1, hint: true },
    { args: ['sign', '/'], code: 'failed', exitCode: 1, hint: true },
  ])('prints one line of JSON on standard error for $args', async ({ args, code, exitCode, hint }) => {
    const ended = await json(args);
    expect(ended).toMatchObject({ code: exitCode, results: [] });
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
    const printed: unknown = JSON.parse(ended.stderr);
    expect(printed).toMatchObject({ error: expect.stringMatching(/./), code, exitCode });
    expect(printed).not.toMatchObject({ error: expect.stringMatching(/^error:/) });
    if (hint) expect(printed).toMatchObject({ hint: expect.stringMatching(/\.$/) });
  });

  it('a declined confirmation is one line of JSON with --json', async () => {
    const args = ['prune', '--keep', '0', '--json', '--store', await typicalDatabase()];
    const program = inTerminal(args, { answers: [['[y/N] ', 'n\r']] });
    expect(await program.end()).toMatchObject({ code: 1 });
    expect(program.output).toMatch(/\{"error":"Nothing was deleted\.","code":"declined","exitCode":1\}/);
  });
});
