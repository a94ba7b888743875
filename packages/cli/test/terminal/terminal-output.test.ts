import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/certificates.ts';
import { secret, spiderfoot } from '../support/command.ts';
import { sendEvent, until } from '../support/listen-process.ts';
import { inTerminal, plain } from '../support/terminal.ts';
import { database } from '../support/test-database.ts';

const env = { SPIDERFOOT_WEBHOOK_SECRET: secret };
const red = '\u001b[31m';

describe('terminal output', () => {
  it('listen colors lines by severity, fits them to the width, and ends on Ctrl-C', async () => {
    const program = inTerminal(['listen', '--port', '0'], {
      columns: 80,
      env,
      answers: [['module_error', '\u0003']],
    });
    const [, url = ''] = await program.says(/listening on.*? (http\S+)/);
    await program.says(/Ctrl-C/);
    await sendEvent(url, 'high_risk_event', {
      data: { target: `${'a-very-long-name.'.repeat(10)}example.com` },
    });
    await sendEvent(url, 'vulnerability_found', { data: { target: '例え'.repeat(40) } });
    await sendEvent(url, 'scan_completed', { secret: 'another' });
    await sendEvent(url, 'module_error');
    expect((await program.end()).code).toBe(0);
    const lines = plain(program.lines);
    const at = lines.findIndex((line) => /^\d\d:\d\d:\d\d/.test(line));
    expect(program.lines[at]).toContain(`${red}HIGH`);
    expect(lines[at]).toMatch(/HIGH +high_risk_event +a-very-l[^ ]*… +processed +[\d.]+ ms$/);
    const wide = lines.find((line) => line.includes('例え')) ?? '';
    expect(
      [...wide].reduce((sum, letter) => sum + (/[\u3040-\u9fff]/.test(letter) ? 2 : 1), 0),
    ).toBeLessThanOrEqual(80);
    const hint = lines.slice(lines.findIndex((line) => line.includes('invalid_signature')) + 1);
    expect(hint.slice(0, 2).every((line) => line.startsWith('          ') && line.length <= 80)).toBe(true);
    for (const line of lines.slice(at)) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('listen shows the scan if there is enough space', async () => {
    const program = inTerminal(['listen', '--port', '0'], { columns: 120, env });
    const [, url = ''] = await program.says(/listening on.*? (http\S+)/);
    await sendEvent(url, 'scan_completed');
    await until(() => plain(program.lines).some((line) => /example\.com +scan_12345 +processed/.test(line)));
  });

  it.each([50, 80, 120, 200])('listen shows the outcome in %i columns', async (columns) => {
    const folder = await temporaryFolder();
    await writeFile(
      join(folder, 'two.cfg'),
      `[webhooks]\nenabled = true\nsecret = ${secret}\npath = /one\n[webhooks:siem_system]\nsecret = ${secret}\npath = /two\n`,
    );
    const program = inTerminal(['listen', '--port', '0', '--config', join(folder, 'two.cfg')], { columns });
    const [, one = ''] = await program.says(/listening on.*? (http\S+\/one)/);
    await program.says(/Ctrl-C/);
    const types = ['system.health_degraded', 'correlation_completed', 'system.api_key_rotated', 'own.type'];
    const data = { target: `${'a-very-long-name.'.repeat(4)}example.com`, scan_id: 'scan_1234567890' };
    for (const type of types) await sendEvent(one, type, { data });
    const two = one.replace('/one', '/two');
    for (const type of types) await sendEvent(two, type, { data });
    await sendEvent(two, 'scan_failed', { secret: 'another' });
    await until(() => program.output.includes('REJECTED'));
    const lines = plain(program.lines).filter((line) => /CRITICAL|HIGH|MEDIUM|LOW|INFO|REJECTED/.test(line));
    expect(lines).toHaveLength(9);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    for (const line of lines.slice(0, 8)) expect(line).toContain('processed');
    for (const line of lines.slice(0, 4)) expect(line).toContain('default');
    for (const line of lines.slice(4)) expect(line).toContain(columns === 50 ? 'siem_' : 'siem_system');
    if (columns < 120) return;
    for (const [index, type] of [...types, ...types].entries()) expect(lines[index]).toContain(` ${type} `);
  });

  it.each([
    [50, /failed +corr\S+ +1 +1 h\S*/],
    [80, /failed +corr\S+ +very\S+ +(?:\S+ +)?1 +1 h\S*/],
    [120, /failed +correlation_completed +very\S+ +scan\S+ +1 +1 handler/],
  ])(
    'of log and tail includes the state, the attempts and the remark in %i columns',
    async (columns, shown) => {
      const data = { target: 'very.long.subdomain.example.org', scan_id: 'scan_1234567890' };
      const db = await database({ type: 'correlation_completed', handler: 'fails', data });
      for (const command of ['log', 'tail']) {
        const program = inTerminal([command, '--store', db], { columns });
        expect((await program.end()).code).toBe(0);
        expect(plain(program.lines).join('\n')).toMatch(shown);
      }
    },
  );

  it('log leaves out a column without text, so that the others are not cut in 80 columns', async () => {
    const db = await database(
      { type: 'system.health' },
      { type: 'scan_completed', data: { target: 'example.com' } },
    );
    const program = inTerminal(['log', '--store', db], { columns: 80 });
    expect((await program.end()).code).toBe(0);
    const shown = plain(program.lines).join('\n');
    expect(shown).toMatch(/ state +type +target +attempts$/m);
    expect(shown).toMatch(/ system\.health +1$/m);
    expect(shown).toMatch(/ scan_completed +example\.com +1$/m);
  });

  it.each([
    [50, 3],
    [80, 2],
    [200, 1],
  ])('of send wraps hints between words in %i columns', async (columns, count) => {
    const listening = inTerminal(['listen', '--port', '0'], { columns: 120, env });
    const [, url = ''] = await listening.says(/listening on.*? (http\S+)/);
    const program = inTerminal(['send', 'scan_completed', '--url', url, '--secret', 'another'], { columns });
    expect((await program.end()).code).toBe(1);
    const indented = plain(program.lines).filter((line) => /^ {2}\S/.test(line) && line.length > 2);
    const hint = indented.slice(indented.findIndex((line) => line.includes('Compare')));
    expect(hint).toHaveLength(count);
    for (const line of hint) expect(line.length).toBeLessThanOrEqual(columns);
  });

  it.each([50, 80])('diagnose wraps lines between words in %i columns', async (columns) => {
    const body = join(await temporaryFolder(), 'body.json');
    await writeFile(body, '{"event_type": "scan_completed"}\n');
    for (const signature of ['0x', 'sha256='].map((prefix) => prefix + '0'.repeat(64))) {
      const args = ['diagnose', body, '--signature', signature, '--secret', secret];
      const program = inTerminal(args, { columns });
      expect((await program.end()).code).toBe(1);
      const lines = plain(program.lines);
      const broken = lines.filter((line) => line.trim().includes(' ')); // A word that is too long has its own line.
      for (const line of broken) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  it('output is not cut if another program reads it', async () => {
    const type = 'own.type_that_is_longer_than_any_of_the_kit';
    const db = await database({ type });
    for (const command of ['log', 'tail']) {
      expect((await spiderfoot([command, '--store', db])).output).toContain(type);
    }
  });

  it('output has no colors with NO_COLOR or in a terminal without colors', async () => {
    const db = await database({ type: 'scan_failed', handler: 'fails' });
    const colored = inTerminal(['log', '--store', db]);
    await colored.end();
    expect(colored.output).toContain(`${red}failed`);
    for (const withoutColors of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
      const program = inTerminal(['log', '--store', db], { env: withoutColors });
      expect((await program.end()).code).toBe(0);
      expect(program.output).toContain('failed');
      expect(program.output).not.toContain('\u001b');
    }
  });

  it('log, log stats and tail fit their lines to the width', async () => {
    const target = `${'sub.'.repeat(30)}example.com`;
    const db = await database(
      ...Array.from(
        { length: 5 },
        (_, n) =>
          ({ type: 'scan_failed', handler: 'fails', data: { target, scan_id: `scan ${n}` } }) as const,
      ),
    );
    for (const columns of [40, 80, 200]) {
      for (const args of [['log'], ['log', 'stats'], ['tail']]) {
        const program = inTerminal([...args, '--store', db], { columns });
        expect((await program.end()).code).toBe(0);
        for (const line of plain(program.lines)) expect(line.length).toBeLessThanOrEqual(columns);
      }
    }
  });

  const many = (): Promise<string> =>
    database(...Array.from({ length: 12 }, (_, n) => ({ type: 'scan_started', data: { n }, age: 1000 })));

  async function states(db: string): Promise<readonly string[]> {
    const { lines } = await spiderfoot(['log', '--store', db, '--json']);
    return [...new Set(lines.map((line) => JSON.parse(line).state))];
  }

  it.each<readonly [typed: string, code: number, message: RegExp, states: readonly string[]]>([
    ['\r', 1, /Nothing was replayed/, ['processed']],
    ['n\r', 1, /Nothing was replayed/, ['processed']],
    ['\u0004', 1, /Nothing was replayed/, ['processed']],
    ['\u0003', 1, /Nothing was replayed/, ['processed']],
    ['y\r', 0, /Replayed 12/, ['queued']],
  ])('asks for confirmation of replay, and accepts the answer %j', async (typed, code, message, left) => {
    const db = await many();
    const program = inTerminal(['replay', '--all', '--store', db], { answers: [['[y/N] ', typed]] });
    await program.says(/Replay 12 deliveries \(12 processed\)\? \[y\/N\]/);
    expect({ code: (await program.end()).code, output: program.output }).toEqual({
      code,
      output: expect.stringMatching(message),
    });
    expect(program.output).not.toContain('error:');
    expect(await states(db)).toEqual(left);
  });

  it('prune asks for confirmation, unless --yes is given', async () => {
    const db = await many();
    const asked = inTerminal(['prune', '--keep', '0', '--store', db], { answers: [['[y/N] ', 'no\r']] });
    await asked.says(/Permanently delete 12 deliveries\?/);
    expect((await asked.end()).code).toBe(1);
    expect(asked.output).toContain('Nothing was deleted.');
    expect(asked.output).not.toContain('error:');
    const second = inTerminal(['prune', '--keep', '10', '--store', db], { answers: [['[y/N] ', 'y\r']] });
    await second.says(/Permanently delete 2 deliveries\?/);
    expect({ ...(await second.end()), output: second.output }).toMatchObject({
      code: 0,
      output: expect.stringMatching(/Deleted 2/),
    });
    const confirmed = inTerminal(['prune', '--keep', '0', '--yes', '--store', db]);
    expect({ ...(await confirmed.end()), output: confirmed.output }).toMatchObject({
      code: 0,
      output: expect.stringMatching(/Deleted 10/),
    });
  });
});
