import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verify } from '@spiderfoot-webhooks/core';
import { describe, expect, it } from 'vitest';
import { makeCertificates, temporaryFolder } from './support/certificates.ts';
import { output, secret, spiderfoot, withSecret } from './support/command.ts';
import { serveAnswers, serveListener, serveReceiver } from './support/test-receivers.ts';

describe('one event', () => {
  it.each([
    { type: 'scan_completed', dialect: 'guide', member: 'data' },
    { type: 'scan.completed', dialect: 'shipped', member: 'payload' },
  ])('$dialect: is taken, and shown with its answer', async ({ type, dialect }) => {
    const { url, outcomes } = await serveReceiver();
    const { code, lines, stderr } = await withSecret(['send', type, '--url', url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines[0]).toMatch(new RegExp(`^${type} \\(${dialect}, \\d+ bytes\\) to ${url}$`));
    expect(lines[1]).toMatch(/^ {2}200 OK in [\d.]+ ms$/);
    expect(lines[2]).toContain('"status":"success"');
    expect(outcomes).toMatchObject([{ status: 'processed', wire: { dialect, eventType: type } }]);
  });

  it('is byte for byte what Python writes', async () => {
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
  ])('as %s it is signed in %s, and taken', async (dialect, header, arrivesAs) => {
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

  it('as topic it needs no secret and has no signature, which a receiver with a secret rejects', async () => {
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

  it('carries the headers asked for', async () => {
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

  it('takes its data from a text, a file, or standard input', async () => {
    const { url, seen } = await serveAnswers(() => ({ status: 200 }));
    const file = join(await temporaryFolder(), 'data.json');
    await writeFile(file, '{"from": "file"}');
    await withSecret(['send', '--url', url, '--data', '{"from": "text"}']);
    await withSecret(['send', '--url', url, '--data', file]);
    await withSecret(['send', '--url', url, '--data', '-'], { input: '{"from": "input"}' });
    const from = seen.map(({ body }) => JSON.parse(body).data.from);
    expect(from).toEqual(['text', 'file', 'input']);
  });

  it('says in JSON what came of it', async () => {
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

describe('each type', () => {
  it('is known to a receiver, and fits its schema', async () => {
    const { url, outcomes } = await serveReceiver();
    const { code } = await withSecret(['send', 'all', '--url', url]);
    const { lines: types } = await spiderfoot(['send', '--list']);
    expect(code).toBe(0);
    expect(types.length).toBeGreaterThan(50);
    expect(outcomes.map(({ status }) => status)).toEqual(types.map(() => 'processed'));
    const sent = outcomes.map((outcome) => ('wire' in outcome ? outcome.wire.eventType : ''));
    expect([...sent].sort()).toEqual([...types].sort());
  });

  it('is listed by dialect', async () => {
    const { lines: guide } = await spiderfoot(['send', '--list', '--dialect', 'guide']);
    const { lines: shipped } = await spiderfoot(['send', '--list', '--dialect', 'shipped']);
    expect(guide).toHaveLength(16); // the guide's 15, and its alias
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

  it('has to be known, unless its data is given', async () => {
    const typo = await withSecret(['send', 'scan_complted']);
    expect(typo.code).toBe(2);
    expect(typo.stderr).toContain('Did you mean "scan_completed"?');
    const { url, outcomes } = await serveReceiver();
    const own = await withSecret(['send', 'asset.moved', '--url', url, '--data', '{}']);
    expect(own.code).toBe(0);
    expect(outcomes).toMatchObject([{ event: { event_type: 'asset.moved' } }]);
  });
});

describe('faults on purpose', () => {
  const faults = [
    { flag: '--tamper', code: 'invalid_signature', says: 'changed after it had been signed' },
    { flag: '--wrong-secret', code: 'invalid_signature', says: 'signed with another secret' },
    { flag: '--unsigned', code: 'missing_signature', says: 'not signed' },
    { flag: '--truncate', code: 'invalid_signature', says: 'lost on the way' },
  ];

  it.each(faults)('$flag: a refusal is the success', async ({ flag, code, says }) => {
    const { url, outcomes } = await serveReceiver();
    const ended = await withSecret(['send', flag, '--url', url]);
    expect(ended.code).toBe(0);
    expect(ended.output).toMatch(new RegExp(`as it should be: .*${says}`));
    expect(outcomes).toMatchObject([{ status: 'rejected', code }]);
  });

  it.each(faults)('$flag: a receiver that takes it fails', async ({ flag, says }) => {
    const { url } = await serveAnswers(() => ({ status: 200 }));
    const { code, output } = await withSecret(['send', flag, '--url', url]);
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`it should have been 401: .*${says}`));
  });

  it('need no secret where none is used', async () => {
    const { url } = await serveReceiver();
    for (const flag of ['--unsigned', '--wrong-secret']) {
      expect(await spiderfoot(['send', flag, '--url', url])).toMatchObject({ code: 0 });
    }
    expect(await spiderfoot(['send', '--tamper', '--url', url])).toMatchObject({ code: 2 });
  });

  it('exclude each other', async () => {
    expect(await withSecret(['send', '--tamper', '--unsigned'])).toMatchObject({ code: 2 });
  });

  it('--tamper changes one thing: the body stays JSON, and the signature is that of the one before', async () => {
    const { url, seen } = await serveAnswers(() => ({ status: 401 }));
    await withSecret(['send', '--tamper', '--url', url]);
    const { headers, body } = seen[0] ?? { headers: {}, body: '' };
    expect(JSON.parse(body)).toMatchObject({ event_type: 'scan_completed', tampered: true });
    const before = body.replace(', "tampered": true', '');
    expect(await verify(secret, before, String(headers['x-spiderfoot-signature']))).toBe(true);
  });

  it('--duplicate: the second is known', async () => {
    const { url, outcomes } = await serveReceiver();
    const { code, output } = await withSecret(['send', '--duplicate', '--url', url]);
    expect(code).toBe(0);
    expect(output).toContain('the same bytes again');
    expect(outcomes.map(({ status }) => status)).toEqual(['processed', 'duplicate']);
  });

  it('--duplicate: a receiver must treat each notification as a new one', async () => {
    const args = ['send', '--duplicate', '--dialect', 'notification', '--url'];
    const { url, outcomes } = await serveReceiver();
    expect(await withSecret([...args, url])).toMatchObject({ code: 0 });
    expect(outcomes.map(({ status }) => status)).toEqual(['processed', 'processed']);
    const answers = ['success', 'duplicate'].map((status) => ({
      status: 200,
      body: JSON.stringify({ status }),
    }));
    const wrong = await serveAnswers(() => answers.shift() ?? { status: 500 });
    const { code, output } = await withSecret([...args, wrong.url]);
    expect(code).toBe(1);
    expect(output).toContain('treated as a duplicate');
  });

  it('--duplicate: a receiver that treats the second as new fails', async () => {
    const { url } = await serveAnswers(() => ({ status: 200, body: '{"status":"success"}' }));
    const { code, output } = await withSecret(['send', '--duplicate', '--url', url]);
    expect(code).toBe(1);
    expect(output).toContain('should have been known as a duplicate');
  });
});

describe('an answer that is not as it should be', () => {
  it('comes with a hint and exit code 1', async () => {
    const { url } = await serveReceiver();
    const { code, output } = await spiderfoot(['send', '--url', url, '--secret', 'another']);
    expect(code).toBe(1);
    expect(output).toContain('401 Unauthorized');
    expect(output).toContain('Compare the secrets of both sides');
    expect(output).not.toContain('another');
  });

  it('cannot drive the terminal', async () => {
    const body = '\u001b[2J\u009b31m\nforged\u202e line\u0007';
    const { url } = await serveAnswers(() => ({ status: 500, body }));
    const { code, lines } = await withSecret(['send', '--url', url]);
    expect(code).toBe(1);
    expect(lines[2]).toBe('  \\u001b[2J\\u009b31m\\nforged\\u202e line\\u0007');
    const json = await withSecret(['send', '--url', url, '--json']);
    expect(json.lines.join('')).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(json.lines[0] ?? '')).toMatchObject({ attempts: [{ status: 500, body }] });
  });

  it('may be none', async () => {
    const { code, output } = await withSecret(['send', '--url', 'http://127.0.0.1:1/webhook']);
    expect(code).toBe(1);
    expect(output).toContain('Nothing listens there.');
  });

  it('may never end, or never come', async () => {
    const endless = await serveListener((_, res) => {
      const write = () => {
        while (!res.destroyed && res.write('x'.repeat(16_384)));
      };
      res.on('drain', write).writeHead(200);
      write();
    });
    expect(await withSecret(['send', '--url', endless])).toMatchObject({ code: 0 });
    const silent = await serveListener(() => {});
    const { code, output } = await withSecret(['send', '--url', silent, '--timeout', '100ms']);
    expect(code).toBe(1);
    expect(output).toContain('No complete answer arrived in time');
  });

  it('may come drop by drop', async () => {
    const dripping = await serveListener((_, res) => {
      const drip = setInterval(() => res.write('x'), 20);
      res.on('close', () => clearInterval(drip)).writeHead(200);
    });
    const { code, output } = await withSecret(['send', '--url', dripping, '--timeout', '300ms']);
    expect(code).toBe(1);
    expect(output).toContain('No complete answer arrived in time');
  });

  it('may lead elsewhere, where it does not follow', async () => {
    const { url, outcomes } = await serveReceiver();
    const detour = await serveListener((_, res) => void res.writeHead(307, { location: url }).end());
    const { code, output } = await withSecret(['send', '--url', detour]);
    expect(code).toBe(1);
    expect(output).toContain('It is a redirect, which SpiderFoot does not follow');
    expect(outcomes).toEqual([]);
  });
});

describe('--retries', () => {
  it("sends the same bytes again after one and two seconds, as SpiderFoot's sender does", async () => {
    const { url, seen } = await serveAnswers((index) => ({ status: index < 2 ? 503 : 200 }));
    const start = performance.now();
    const { code, lines } = await withSecret(['send', '--retries', '--url', url]);
    // At the least; how much longer it takes is the machine's business.
    expect(performance.now() - start).toBeGreaterThan(2990);
    expect(code).toBe(0);
    expect(lines.filter((line) => /^ {2}\d{3} /.test(line))).toHaveLength(3);
    expect(seen).toHaveLength(3);
    expect(
      new Set(seen.map(({ headers, body }) => `${headers['x-spiderfoot-signature']} ${body}`)).size,
    ).toBe(1);
  });

  it('gives up after the third try, and tries once where it is not asked for', async () => {
    const { url, seen } = await serveAnswers(() => ({ status: 500 }));
    expect(await withSecret(['send', '--retries', '--url', url])).toMatchObject({ code: 1 });
    expect(seen).toHaveLength(3);
    expect(await withSecret(['send', '--url', url])).toMatchObject({ code: 1 });
    expect(seen).toHaveLength(4);
  });
});

describe('many', () => {
  it('are counted by status, timed, and none is a duplicate of another', async () => {
    const { url, outcomes } = await serveReceiver();
    const { code, lines } = await withSecret(['send', 'system.health', '--count', '200', '--url', url]);
    expect(code).toBe(0);
    expect(lines[0]).toMatch(/^200 sent in [\d.]+ s, [\d.]+ a second$/);
    expect(lines[1]).toBe('  200: 200');
    expect(lines[2]).toMatch(/^latency in ms: min [\d.]+, p50 [\d.]+, p90 [\d.]+, p99 [\d.]+, max [\d.]+$/);
    const counts = lines.slice(3, -1).map((line) => Number(/(\d+)$/.exec(line)?.[1]));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(200);
    expect(lines.at(-1)).toBe('all 200 as they should be: 2xx');
    expect(outcomes.filter(({ status }) => status === 'processed')).toHaveLength(200);
  });

  it('fail where one of them does, and say how many', async () => {
    const { url } = await serveAnswers((index) => ({ status: index % 4 === 0 ? 503 : 200 }));
    const { code, lines } = await withSecret(['send', '--count', '20', '--json', '--url', url]);
    expect(code).toBe(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      sent: 20,
      unexpected: 5,
      answers: { 200: 15, 503: 5 },
    });
  });

  it('are the same again for the same seed', async () => {
    const { url, seen } = await serveAnswers(() => ({ status: 200 }));
    const args = ['send', '--count', '5', '--concurrency', '1', '--timestamp', '2026-01-01T00:00:00Z'];
    for (const seed of ['7', '7', '8']) await withSecret([...args, '--seed', seed, '--url', url]);
    const bodies = seen.map(({ body }) => body);
    expect(bodies.slice(5, 10)).toEqual(bodies.slice(0, 5));
    expect(new Set(bodies).size).toBe(10);
    expect(bodies[1]).toContain('"2026-01-01T00:00:00.001Z"');
  });

  it('are at most so many at once', async () => {
    let now = 0;
    let most = 0;
    const url = await serveListener((req, res) => {
      now += 1;
      most = Math.max(most, now);
      req.resume().on('end', () =>
        setTimeout(() => {
          now -= 1;
          res.end();
        }, 5),
      );
    });
    await withSecret(['send', '--count', '60', '--concurrency', '3', '--url', url]);
    expect(most).toBe(3);
  });

  it('begin no faster than asked for', async () => {
    const { url, seen } = await serveAnswers(() => ({ status: 200 }));
    const { lines } = await withSecret(['send', '--count', '11', '--rate', '20', '--json', '--url', url]);
    expect(seen).toHaveLength(11);
    expect(JSON.parse(lines[0] ?? '').seconds).toBeGreaterThanOrEqual(0.49);
  });
});

describe('TLS', () => {
  it('shows its certificate to a server that asks for one', async () => {
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
    expect(untrusted.output).toContain('as --ca here');
    expect(await withSecret(['send', '--url', url, '--ca', ca])).toMatchObject({ code: 1 });
    expect(outcomes).toEqual([]);
    const shown = ['--client-cert', client.cert, '--client-key', client.key];
    expect(await withSecret(['send', '--url', url, '--ca', ca, ...shown])).toMatchObject({ code: 0 });
    expect(outcomes).toMatchObject([{ status: 'processed' }]);
  });
});

describe('wrong usage', () => {
  it.each([
    { args: ['send', '--data', '{"a":'], says: 'no JSON' },
    { args: ['send', '--dialect', 'klingon'], says: 'Allowed choices are guide, shipped, notification' },
    { args: ['send', '--count', '0'], says: 'Not a whole number from 1' },
    { args: ['send', '--url', 'ftp://127.0.0.1/'], says: 'http:// or https://' },
    { args: ['send', '--timeout', 'soon'], says: 'It must be a duration' },
    { args: ['send', '-H', 'no header'], says: 'Not a header' },
    { args: ['send', '-H', 'a: b\r\nc: d'], says: 'Not a header' },
    { args: ['send', 'scan_completed', 'further'], says: 'too many arguments' },
  ])('$args: is named, with exit code 2', async ({ args, says }) => {
    const { code, lines, stderr } = await withSecret(args);
    expect(code).toBe(2);
    expect(lines).toEqual([]);
    expect(stderr).toContain(says);
  });
});
