import { join } from 'node:path';
import { signedWebhook } from '@spiderfoot-webhooks/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Program } from '../../../../test/product/support/program.ts';
import { temporaryFolder } from '../support/certificates.ts';
import { binary, secret, spiderfoot } from '../support/command.ts';
import { type Answered, listening, sendEvent, until } from '../support/listen-process.ts';

/** Start `listen` with a reader that ends after the first line, unless another reader is given. */
async function listenToHead(args: readonly string[], reader = 'head -n 1') {
  const script = `"$0" "$@" | ${reader}; echo "code \${PIPESTATUS[0]}" >&2`;
  const program = new Program(
    'bash',
    ['-c', script, process.execPath, binary, 'listen', '--port', '0', ...args],
    { env: { SPIDERFOOT_WEBHOOK_SECRET: secret } },
  );
  onTestFinished(() => program.kill());
  const [, url = ''] = await program.says(/listening on (\S+)/);
  await program.says(/Ctrl-C/);
  return { program, url };
}

/** Return the status of a response. @returns `undefined` if the connection is rejected or closed */
async function statusOf(sent: Promise<Answered>): Promise<number | undefined> {
  return sent.then(
    ({ status }) => status,
    () => undefined,
  );
}

describe('listen with a reader of its output that ends', () => {
  it.each([
    { flags: [] },
    { flags: ['--json'] },
    { flags: ['--json', '--store'] },
    { flags: ['--json', '--store', '--queue'] },
  ])('answers 200 only to events that were written, and exits with 1: $flags', async ({ flags }) => {
    const db = join(await temporaryFolder(), 'w.db');
    const args = flags.flatMap((flag) => (flag === '--store' ? [flag, db] : [flag]));
    // With a queue, listen writes one line when it accepts the event, and one when the event is handled.
    const [accepted, count] = args.includes('--queue') ? [202, 2] : [200, 1];
    const { program, url } = await listenToHead(args, `head -n ${count}`);
    expect((await sendEvent(url, 'scan_started')).status).toBe(accepted);
    await until(() => program.lines.length === count);
    const statuses = await Promise.all(
      [1, 2, 3].map((n) => statusOf(sendEvent(url, 'scan_failed', { data: { scan_id: `s${n}` } }))),
    );
    expect(statuses.filter((status) => status !== undefined && status < 300)).toEqual([]);
    await program.says(/code 1$/m);
    expect(program.stderr).toContain('Standard output cannot be written');
  });

  it('shows an event that was answered 503 when the sender retries', async () => {
    const db = join(await temporaryFolder(), 'w.db');
    const first = await listenToHead(['--json', '--store', db]);
    await sendEvent(first.url, 'scan_started');
    await until(() => first.program.lines.length === 1);
    const { url: _, ...init } = await signedWebhook('scan_failed', { secret });
    const retry = async (url: string) =>
      statusOf(fetch(url, init).then(async ({ status }) => ({ status, body: '' })));
    expect(await retry(first.url)).toBe(503);
    await first.program.says(/code 1$/m);
    const second = await listening(['--json', '--store', db]);
    expect(await retry(second.url)).toBe(200);
    await until(() => second.events().length === 1);
    expect(second.events()).toMatchObject([{ eventType: 'scan_failed' }]);
  });

  it('answers 503 and exits with 1 if the disk of its output is full', async () => {
    const { program, url } = await listenToHead(['--json'], 'cat > /dev/null');
    expect((await sendEvent(url, 'scan_started')).status).toBe(200);
    program.kill();
    const full = new Program(
      'bash',
      ['-c', '"$0" "$@" > /dev/full; echo "code $?" >&2', process.execPath, binary, 'listen', '--port', '0'],
      { env: { SPIDERFOOT_WEBHOOK_SECRET: secret } },
    );
    onTestFinished(() => full.kill());
    const [, to = ''] = await full.says(/listening on (\S+)/);
    await full.says(/Ctrl-C/);
    expect(await statusOf(sendEvent(to, 'scan_started'))).toBe(503);
    await full.says(/code 1$/m);
  });
});

describe('lines of JSON', () => {
  it('listen writes well-formed lines of JSON even if an event contains lone surrogates', async () => {
    const { url, program } = await listening(['--json', '--verbose']);
    const cutName = (text: string) => `cut ${text}.example`;
    const data = {
      target: cutName('\ud83d'),
      scan_id: cutName('\udc80\ud83d'),
      message: '\ud83d\ude00 \\ud83d',
    };
    expect((await sendEvent(url, 'alert.high', { data })).status).toBe(200);
    expect((await sendEvent(url, 'scan_started')).status).toBe(200);
    await until(() => program.lines.length === 2);
    const [line = ''] = program.lines;
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    const parsed = JSON.parse(line);
    expect(parsed).toMatchObject({
      target: cutName('\ufffd'),
      scanId: cutName('\ufffd\ufffd'),
      message: '\ud83d\ude00 \\ud83d',
    });
    expect(JSON.stringify(parsed)).not.toMatch(/[^\\]\\ud[89a-f]/);
  });

  it('log, tail and export write well-formed lines of JSON even if an event contains lone surrogates', async () => {
    const db = join(await temporaryFolder(), 'w.db');
    const { url, stop } = await listening(['--store', db]);
    await sendEvent(url, 'scan_failed', { data: { target: 'cut \ud83d.example' } });
    await stop();
    for (const args of [
      ['log', '--json'],
      ['tail', '--json'],
      ['log', 'export'],
      ['log', 'show', '1', '--json'],
    ]) {
      const { lines, code } = await spiderfoot([...args, '--store', db]);
      expect(code).toBe(0);
      const { target, ...rest } = JSON.parse(lines[0] ?? '');
      expect(target).toBe('cut \ufffd.example');
      expect(JSON.stringify(rest)).not.toMatch(/[^\\]\\ud[89a-f]/);
    }
  });
});

describe('signals to listen', () => {
  it.each(['SIGHUP', 'SIGTERM', 'SIGINT'] as const)(
    'on %s, listen finishes the delivery in flight, then exits with 0',
    async (signal) => {
      const { program, url } = await listening();
      const { url: to, body, headers } = await signedWebhook('scan_failed', { secret, url });
      const stream = new TransformStream<Uint8Array>();
      const writer = stream.writable.getWriter();
      const answered = fetch(to, { method: 'POST', headers, body: stream.readable, duplex: 'half' });
      await writer.write(Buffer.from(body.slice(0, 10)));
      await until(async () => (await fetch(new URL('/health', url))).status === 200);
      program.signal(signal);
      await until(async () => (await fetch(new URL('/health', url)).catch(() => undefined)) === undefined);
      await writer.write(Buffer.from(body.slice(10)));
      await writer.close();
      expect([200, 503]).toContain((await answered).status);
      expect(await program.end()).toEqual({ code: 0, signal: null });
    },
  );
});
