import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verify } from '@spiderfoot-webhooks/core';
import { describe, expect, it } from 'vitest';
import { makeCertificates, temporaryFolder } from '../support/certificates.ts';
import { output, secret, spiderfoot, withSecret } from '../support/command.ts';
import { serveAnswers, serveReceiver } from '../support/test-receivers.ts';

describe('an event that send sends', () => {
  it.each([
    { type: 'scan_completed', dialect: 'guide', member: 'data' },
    { type: 'scan.completed', dialect: 'shipped', member: 'payload' },
  ])(
    'an event in the dialect $dialect is accepted, and shown with its response',
    async ({ type, dialect }) => {
      const { url, outcomes } = await serveReceiver();
      const { code, lines, stderr } = await withSecret(['send', type, '--url', url]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(lines[0]).toMatch(new RegExp(`^${type} \\(${dialect}, \\d+ bytes\\) to ${url}$`));
      expect(lines[1]).toMatch(/^ {2}200 OK in [\d.]+ ms$/);
      expect(lines[2]).toContain('"status":"success"');
      expect(outcomes).toMatchObject([{ status: 'processed', wire: { dialect, eventType: type } }]);
    },
  );

  it.each([
    { args: (host: string) => ['--url', host], type: 'scan_completed' },
    { args: (host: string) => [host], type: 'scan_completed' },
    { args: (host: string) => ['scan_failed', host], type: 'scan_failed' },
  ])('an event is sent to a URL without a scheme: $args', async ({ args, type }) => {
    const { url, outcomes } = await serveReceiver();
    const host = url.replace('http://127.0.0.1', 'localhost');
    const { code, stderr } = await withSecret(['send', ...args(host)]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(outcomes).toMatchObject([{ status: 'processed', wire: { eventType: type } }]);
  });

  it('an event is printed and not sent with --dry-run, byte for byte as it would be sent', async () => {
    const { url, seen } = await serveAnswers(() => ({ status: 200 }));
    const args = ['send', 'scan_failed', '--url', url, '--timestamp', '2026-01-31T12:00:00Z'];
    const shown = await withSecret([...args, '--dry-run']);
    expect(seen).toEqual([]);
    expect((await withSecret(args)).code).toBe(0);
    const [{ headers, body } = { headers: {}, body: '' }] = seen;
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.lines[0]).toBe(`POST ${url}`);
    expect(shown.lines).toContain(`x-spiderfoot-signature: ${headers['x-spiderfoot-signature']}`);
    expect(shown.lines).toContain(body);
    const { lines } = await withSecret([...args, '--dry-run', '--json', '--duplicate']);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ method: 'POST', url, body }, { body }]);
    expect(seen).toHaveLength(1);
  });

  it('an event is not sent if the URL is given twice', async () => {
    const url = 'localhost:3000/webhook';
    expect(await withSecret(['send', url, '--url', url])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--url cannot be combined'),
    });
  });

  it('the body of an event is byte for byte as Python writes it', async () => {
    const { url, seen } = await serveAnswers(() => ({ status: 200 }));
    const data = JSON.stringify({ target: 'bücher.example\u2028', n: 1.5, list: [null, true, {}] });
    for (const dialect of ['guide', 'shipped', 'notification']) {
      await withSecret(['send', 'scan_completed', '--url', url, '--dialect', dialect, '--data', data]);
    }
    const program = 'import json, sys\nfor line in sys.stdin: print(json.dumps(json.loads(line)))';
    const bodies = seen.map(({ body }) => body).join('\n');
    expect(await output('python3', ['-c', program], { input: bodies })).toBe(bodies);
    expect(seen).toHaveLength(3);
    expect(Object.keys(seen[2]?.headers ?? {})).toContain('x-signature-256');
  });

  it.each([
    ['delivery', 'x-spiderfoot-signature-256', 'shipped'],
    ['notification', 'x-signature-256', 'notification'],
  ])('an event in the dialect %s is accepted with a signature in %s', async (dialect, header, arrivesAs) => {
    const answers = await serveAnswers(() => ({ status: 200 }));
    const { url, outcomes } = await serveReceiver();
    for (const to of [url, answers.url]) {
      const { code } = await withSecret(['send', 'scan_failed', '--dialect', dialect, '--url', to]);
      expect(code).toBe(0);
    }
    expect(outcomes).toMatchObject([{ status: 'processed', wire: { dialect: arrivesAs } }]);
    const signed = Object.keys(answers.seen[0]?.headers ?? {}).filter((name) => name.includes('signature'));
    expect(signed).toEqual([header]);
  });

  it('an event in the dialect topic has no signature, so it needs no secret and a receiver rejects it', async () => {
    const answers = await serveAnswers(() => ({ status: 200 }));
    const args = ['send', 'scan.error', '--dialect', 'topic', '--url'];
    expect(await spiderfoot([...args, answers.url])).toMatchObject({ code: 0 });
    expect(Object.keys(answers.seen[0]?.headers ?? {}).filter((name) => name.includes('signature'))).toEqual(
      [],
    );
    const { url, outcomes } = await serveReceiver();
    const { code, output } = await spiderfoot([...args, url]);
    expect(code).toBe(1);
    expect(output).toContain('missing_signature');
    expect(outcomes).toMatchObject([{ code: 'missing_signature' }]);
  });

  it('an event is sent with the headers in --header, and its signature in --signature-header', async () => {
    const { url, seen } = await serveAnswers(() => ({ status: 200 }));
    const { code } = await withSecret([
      ...['send', '--url', url, '-H', 'X-Request-ID: 17', '-H', 'Authorization: Bearer x'],
      ...['--signature-header', 'X-SpiderFoot-Signature-256'],
    ]);
    expect(code).toBe(0);
    const { headers, body } = seen[0] ?? { headers: {}, body: '' };
    expect(headers).toMatchObject({ 'x-request-id': '17', authorization: 'Bearer x' });
    expect(headers['x-spiderfoot-signature']).toBeUndefined();
    expect(await verify(secret, body, String(headers['x-spiderfoot-signature-256']))).toBe(true);
  });

  it('an event contains the data that --data reads from a text, a file or standard input', async () => {
    const { url, seen } = await serveAnswers(() => ({ status: 200 }));
    const file = join(await temporaryFolder(), 'data.json');
    await writeFile(file, '{"from": "file"}');
    await withSecret(['send', '--url', url, '--data', '{"from": "text"}']);
    await withSecret(['send', '--url', url, '--data', file]);
    await withSecret(['send', '--url', url, '--data', '-'], { input: '{"from": "input"}' });
    const from = seen.map(({ body }) => JSON.parse(body).data.from);
    expect(from).toEqual(['text', 'file', 'input']);
  });

  it('an event is reported as one line of JSON with --json', async () => {
    const { url } = await serveReceiver();
    const { lines } = await withSecret(['send', '--url', url, '--json']);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      type: 'scan_completed',
      dialect: 'guide',
      expected: true,
      attempts: [{ status: 200 }],
    });
  });
});

describe('event types', () => {
  it('send all sends every event type, and each matches the schemas of a receiver', async () => {
    const { url, outcomes } = await serveReceiver();
    const { code } = await withSecret(['send', 'all', '--url', url]);
    const { lines: types } = await spiderfoot(['send', '--list']);
    expect(code).toBe(0);
    expect(types.length).toBeGreaterThan(50);
    expect(outcomes.map(({ status }) => status)).toEqual(types.map(() => 'processed'));
    const sent = outcomes.map((outcome) => ('wire' in outcome ? outcome.wire.eventType : ''));
    expect([...sent].sort()).toEqual([...types].sort());
  });

  it('send --list lists the event types of a dialect', async () => {
    const { lines: guide } = await spiderfoot(['send', '--list', '--dialect', 'guide']);
    const { lines: shipped } = await spiderfoot(['send', '--list', '--dialect', 'shipped']);
    expect(guide).toHaveLength(16); // The guide's 15 types, and its alias.
    expect(guide).toContain('cti_report_generated');
    expect(shipped).toContain('scan.complete');
    expect(shipped.every((type) => type.includes('.'))).toBe(true);
    const { lines: notification } = await spiderfoot(['send', '--list', '--dialect', 'notification']);
    expect(notification).toEqual([
      ...[
        'scan_started',
        'scan_completed',
        'scan_failed',
        'high_severity',
        'report_ready',
        'subdomain_change',
      ],
    ]);
  });

  it('the event type must be known, unless --data is given', async () => {
    const typo = await withSecret(['send', 'scan_complted']);
    expect(typo.code).toBe(2);
    expect(typo.stderr).toContain('Did you mean "scan_completed"?');
    const { url, outcomes } = await serveReceiver();
    const own = await withSecret(['send', 'asset.moved', '--url', url, '--data', '{}']);
    expect(own.code).toBe(0);
    expect(outcomes).toMatchObject([{ event: { event_type: 'asset.moved' } }]);
  });
});

describe('TLS', () => {
  it('sends the client certificate to a server that requires one', async () => {
    const { ca, server, client } = await makeCertificates();
    const tls = {
      ca: await readFile(ca),
      cert: await readFile(server.cert),
      key: await readFile(server.key),
      requestCert: true,
      rejectUnauthorized: true,
    };
    const { url, outcomes } = await serveReceiver(tls);
    const untrusted = await withSecret(['send', '--url', url]);
    expect(untrusted.code).toBe(1);
    expect(untrusted.output).toContain('--ca');
    expect(await withSecret(['send', '--url', url, '--ca', ca])).toMatchObject({ code: 1 });
    expect(outcomes).toEqual([]);
    const shown = ['--client-cert', client.cert, '--client-key', client.key];
    expect(await withSecret(['send', '--url', url, '--ca', ca, ...shown])).toMatchObject({ code: 0 });
    expect(outcomes).toMatchObject([{ status: 'processed' }]);
  });
});

describe('usage errors', () => {
  it.each([
    { args: ['send', '--data', '{"a":'], says: /^error: --data .*single quotes/s },
    { args: ['send', '--dialect', 'klingon'], says: /--dialect .*'klingon' is invalid/ },
    { args: ['send', '--count', '0'], says: /--count .*'0' is invalid/ },
    { args: ['send', '--url', 'ftp://127.0.0.1/'], says: /--url .*'ftp:\/\/127\.0\.0\.1\/' is invalid/ },
    { args: ['send', '--timeout', 'soon'], says: /--timeout .*'soon' is invalid/ },
    { args: ['send', '-H', 'no header'], says: /--header .*'no header' is invalid/ },
    { args: ['send', '-H', 'a: b\r\nc: d'], says: /--header .* is invalid/s },
    { args: ['send', 'scan_completed', 'localhost:1', 'further'], says: /too many arguments/ },
  ])('exit with 2 and name the option: $args', async ({ args, says }) => {
    const { code, lines, stderr } = await withSecret(args);
    expect(code).toBe(2);
    expect(lines).toEqual([]);
    expect(stderr).toMatch(says);
  });
});
