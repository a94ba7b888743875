import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { binary, output, spiderfoot } from '../support/command.ts';
import { database, typicalDatabase } from '../support/test-database.ts';

describe('log show', () => {
  it('shows all properties of a delivery, by its key or its id', async () => {
    const db = await typicalDatabase();
    const { lines } = await spiderfoot(['log', 'show', '2', '--store', db]);
    expect(lines.join('\n')).toMatch(/^state +failed$/m);
    expect(lines.join('\n')).toMatch(/^handler +ticket failed, 1 attempt: the ticket system is down$/m);
    const run = /^ {2}run +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d, [\d.]+ ms, failed: the ticket system is down$/m;
    expect(lines.join('\n')).toMatch(run);
    expect(lines.join('\n')).toMatch(/^ {4}"target": "example\.org"$/m);
    const id = /^id +([0-9a-f]{32})$/m.exec(lines.join('\n'))?.[1] ?? '';
    expect((await spiderfoot(['log', 'show', id, '--store', db])).lines).toEqual(lines);
    expect((await spiderfoot(['log', 'show', '4', '--store', db])).output).toMatch(/^issue +data\.target: /m);
  });

  it('shows that a replayed delivery is due now, and not since 1970', async () => {
    const db = await database({ type: 'scan_completed' });
    expect((await spiderfoot(['replay', '1', '--store', db])).code).toBe(0);
    const { output } = await spiderfoot(['log', 'show', '1', '--store', db]);
    expect(output).toMatch(/^state +queued$/m);
    expect(output).toMatch(/^next attempt +due now$/m);
  });

  it('prints the body byte for byte with --raw', async () => {
    const db = await database({ type: 'scan.complete', data: { target: 'exämple.com', f: 1.5 } });
    const { output: text } = await spiderfoot(['log', 'show', '1', '--store', db, '--raw']);
    const body = text.trimEnd();
    expect(body).toMatch(
      /^\{"event_type": "scan\.complete", "timestamp": [\d.]+, "payload": \{"target": "ex\\u00e4mple\.com", "f": 1\.5\}\}$/,
    );
    const { lines } = await spiderfoot(['log', 'show', '1', '--store', db, '--json']);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ key: '1', state: 'processed', body });
  });

  it.each([
    ['99', '"99"'],
    ['0'.repeat(32), '"00000000000000000000000000000000"'],
    ['x1', '"x1"'],
    ['\u001b[2J', '"\\u001b[2J"'],
  ])('fails for the key %j of no delivery', async (key, quoted) => {
    const ended = await spiderfoot(['log', 'show', key, '--store', await typicalDatabase()]);
    const stderr = expect.stringContaining(`no delivery ${quoted}`);
    expect(ended).toMatchObject({ code: 1, lines: [], stderr });
  });
});

describe('log export', () => {
  it('writes JSON lines and CSV, to standard output or into a new file', async () => {
    const db = await typicalDatabase();
    const { lines } = await spiderfoot(['log', 'export', '--store', db, '--scan', 's1']);
    expect(lines.map((line) => Number(JSON.parse(line).key))).toEqual([2, 1]);
    const file = `${db}.csv`;
    const args = ['log', 'export', '--store', db, '--format', 'csv', '--output', file];
    expect(await spiderfoot(args)).toMatchObject({ code: 0, lines: [] });
    expect((await readFile(file, 'utf8')).split('\r\n')).toHaveLength(6);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await spiderfoot(args)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/w\.db\.csv already exists/),
    });
  });

  it('reports an empty export on standard error, and exits with 0', async () => {
    const db = await typicalDatabase();
    const stderr = expect.stringContaining('the export is empty');
    const args = ['log', 'export', '--store', db, '--target', 'exmple.com'];
    expect(await spiderfoot(args)).toMatchObject({ code: 0, lines: [], stderr });
    expect(await spiderfoot([...args, '--format', 'csv'])).toMatchObject({ code: 0, stderr });
    expect((await spiderfoot(['log', 'export', '--store', db])).stderr).toBe('');
  });
});

describe('early close of the output', () => {
  it.each(['log export', 'log --json --limit 300', 'tail -n 300', 'tail -n 300 --json --follow'])(
    'exits with 141 if the reader of %s ends early',
    async (args) => {
      const many = Array.from({ length: 300 }, (_, n) => ({
        type: 'scan_started',
        data: { target: 'x'.repeat(2000), n },
      }));
      const db = await database(...many);
      const line = `"$0" "$1" ${args} --store "$2" 2>&1 | head -n 1 | wc -l; echo "\${PIPESTATUS[0]}"`;
      const text = await output('bash', ['-c', line, process.execPath, binary, db]);
      expect(text.split('\n').map(Number)).toEqual([1, 141]);
    },
  );
});
