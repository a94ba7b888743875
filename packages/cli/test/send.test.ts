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
  ])('is accepted in the dialect $dialect, and shown with its response', async ({ type, dialect }) => {
    const { url, outcomes } = await serveReceiver();
    const { code, lines, stderr } = await withSecret(['send', type, '--url', url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines[0]).toMatch(new RegExp(`^${type} \\(${dialect}, \\d+ bytes\\) to ${url}$`));
    expect(lines[1]).toMatch(/^ {2}200 OK in [\d.]+ ms$/);
    expect(lines[2]).toContain('"status":"success"');
    expect(outcomes).toMatchObject([{ status: 'processed', wire: { dialect, eventType: type } }]);
  });

  it('is byte for byte as Python writes it', async () => {
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
  ])('is accepted in the dialect %s with a signature in %s', async (dialect, header, arrivesAs) => {
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

  it('has no signature in the dialect topic, so no secret is needed and a receiver rejects it', async () => {
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

  it('contains the headers in --header, and its signature in --signature-header', async () => {
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

  it('contains the data from a text, a file or standard input', async () => {
    const { url, seen } = await serveAnswers(() => ({ status: 200 }));
    const file = join(await temporaryFolder(), 'data.json');
    await writeFile(file, '{"from": "file"}');
    await withSecret(['send', '--url', url, '--data', '{"from": "text"}']);
    await withSecret(['send', '--url', url, '--data', file]);
    await withSecret(['send', '--url', url, '--data', '-'], { input: '{"from": "input"}' });
    const from = seen.map(({ body }) => JSON.parse(body).data.from);
    expect(from).toEqual(['text', 'file', 'input']);
  });

  it('is reported as one line of JSON with --json', async () => {
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
  it('are all sent with "all", and match the schemas of a receiver', async () => {
    const { url, outcomes } = await serveReceiver();
    const { code } = await withSecret(['send', 'all', '--url', url]);
    const { lines: types } = await spiderfoot(['send', '--list']);
    expect(code).toBe(0);
    expect(types.length).toBeGreaterThan(50);
    expect(outcomes.map(({ status }) => status)).toEqual(types.map(() => 'processed'));
    const sent = outcomes.map((outcome) => ('wire' in outcome ? outcome.wire.eventType : ''));
    expect([...sent].sort()).toEqual([...types].sort());
  });

  it('are listed by dialect', async () => {
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

  it('must be known, unless --data is given', async () => {
    const typo = await withSecret(['send', 'scan_complted']);
    expect(typo.code).toBe(2);
    expect(typo.stderr).toContain('Did you mean "scan_completed"?');
    const { url, outcomes } = await serveReceiver();
    const own = await withSecret(['send', 'asset.moved', '--url', url, '--data', '{}']);
    expect(own.code).toBe(0);
    expect(outcomes).toMatchObject([{ event: { event_type: 'asset.moved' } }]);
  });
});

describe('deliberate faults', () => {
  const faults = [
    { flag: '--tamper', code: 'invalid_signature', says: 'changed after signing' },
    { flag: '--wrong-secret', code: 'invalid_signature', says: 'signed with another secret' },
    { flag: '--unsigned', code: 'missing_signature', says: 'not signed' },
    { flag: '--truncate', code: 'invalid_signature', says: 'second half' },
  ];

  it.each(faults)(
    'succeed if the receiver rejects the event with 401: $flag',
    async ({ flag, code, says }) => {
      const { url, outcomes } = await serveReceiver();
      const ended = await withSecret(['send', flag, '--url', url]);
      expect(ended.code).toBe(0);
      expect(ended.output).toMatch(new RegExp(`as expected, because .*${says}`));
      expect(outcomes).toMatchObject([{ status: 'rejected', code }]);
    },
  );

  it.each(faults)('fail if the receiver accepts the event: $flag', async ({ flag, says }) => {
    const { url } = await serveAnswers(() => ({ status: 200 }));
    const { code, output } = await withSecret(['send', flag, '--url', url]);
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`expected 401, because .*${says}`));
  });

  it('require no secret if the signature does not need one', async () => {
    const { url } = await serveReceiver();
    for (const flag of ['--unsigned', '--wrong-secret']) {
      expect(await spiderfoot(['send', flag, '--url', url])).toMatchObject({ code: 0 });
    }
    expect(await spiderfoot(['send', '--tamper', '--url', url])).toMatchObject({ code: 2 });
  });

  it('cannot be combined', async () => {
    expect(await withSecret(['send', '--tamper', '--unsigned'])).toMatchObject({ code: 2 });
  });

  it('keep the body valid JSON, and the signature of the original body, with --tamper', async () => {
    const { url, seen } = await serveAnswers(() => ({ status: 401 }));
    await withSecret(['send', '--tamper', '--url', url]);
    const { headers, body } = seen[0] ?? { headers: {}, body: '' };
    expect(JSON.parse(body)).toMatchObject({ event_type: 'scan_completed', tampered: true });
    const original = body.replace(', "tampered": true', '');
    expect(await verify(secret, original, String(headers['x-spiderfoot-signature']))).toBe(true);
  });
});

describe('--duplicate', () => {
  it('succeeds if the receiver recognizes the second event', async () => {
    const { url, outcomes } = await serveReceiver();
    const { code, output } = await withSecret(['send', '--duplicate', '--url', url]);
    expect(code).toBe(0);
    expect(output).toContain('the same bytes again');
    expect(outcomes.map(({ status }) => status)).toEqual(['processed', 'duplicate']);
  });

  it('succeeds only if the receiver treats each notification as a new event', async () => {
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
    expect(output).toContain('answered as a duplicate');
  });

  it('fails if the receiver treats the second event as a new one', async () => {
    const { url } = await serveAnswers(() => ({ status: 200, body: '{"status":"success"}' }));
    const { code, output } = await withSecret(['send', '--duplicate', '--url', url]);
    expect(code).toBe(1);
    expect(output).toContain('answered as a new event');
  });
});

describe('unexpected responses', () => {
  it('are shown with a hint, and the exit code is 1', async () => {
    const { url } = await serveReceiver();
    const { code, output } = await spiderfoot(['send', '--url', url, '--secret', 'another']);
    expect(code).toBe(1);
    expect(output).toContain('401 Unauthorized');
    expect(output).toContain('Compare the secrets');
    expect(output).not.toContain('another');
  });

  it('cannot control the terminal', async () => {
    const body = '\u001b[2J\u009b31m\nforged\u202e line\u0007';
    const { url } = await serveAnswers(() => ({ status: 500, body }));
    const { code, lines } = await withSecret(['send', '--url', url]);
    expect(code).toBe(1);
    expect(lines[2]).toBe('  \\u001b[2J\\u009b31m\\nforged\\u202e line\\u0007');
    const json = await withSecret(['send', '--url', url, '--json']);
    expect(json.lines.join('')).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(json.lines[0] ?? '')).toMatchObject({ attempts: [{ status: 500, body }] });
  });

  it('include no response, if nothing is listening', async () => {
    const { code, output } = await withSecret(['send', '--url', 'http://127.0.0.1:1/webhook']);
    expect(code).toBe(1);
    expect(output).toContain('Nothing is listening');
  });

  it('do not include an endless body, but include a response that does not arrive in time', async () => {
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
    expect(output).toContain('in time');
  });

  it('include a body that arrives slowly and exceeds --timeout', async () => {
    const dripping = await serveListener((_, res) => {
      const drip = setInterval(() => res.write('x'), 20);
      res.on('close', () => clearInterval(drip)).writeHead(200);
    });
    const { code, output } = await withSecret(['send', '--url', dripping, '--timeout', '300ms']);
    expect(code).toBe(1);
    expect(output).toContain('in time');
  });

  it('include a redirect, which is not followed', async () => {
    const { url, outcomes } = await serveReceiver();
    const redirect = await serveListener((_, res) => void res.writeHead(307, { location: url }).end());
    const { code, output } = await withSecret(['send', '--url', redirect]);
    expect(code).toBe(1);
    expect(output).toContain('redirect');
    expect(outcomes).toEqual([]);
  });
});

describe('--retries', () => {
  it('sends the same bytes again after one and two seconds, as SpiderFoot does', async () => {
    const { url, seen } = await serveAnswers((index) => ({ status: index < 2 ? 503 : 200 }));
    const start = performance.now();
    const { code, lines } = await withSecret(['send', '--retries', '--url', url]);
    // Only the minimum is checked, because a slow machine takes longer.
    expect(performance.now() - start).toBeGreaterThan(2990);
    expect(code).toBe(0);
    expect(lines.filter((line) => /^ {2}\d{3} /.test(line))).toHaveLength(3);
    expect(seen).toHaveLength(3);
    expect(
      new Set(seen.map(({ headers, body }) => `${headers['x-spiderfoot-signature']} ${body}`)).size,
    ).toBe(1);
  });

  it('makes three attempts, instead of one without the flag', async () => {
    const { url, seen } = await serveAnswers(() => ({ status: 500 }));
    expect(await withSecret(['send', '--retries', '--url', url])).toMatchObject({ code: 1 });
    expect(seen).toHaveLength(3);
    expect(await withSecret(['send', '--url', url])).toMatchObject({ code: 1 });
    expect(seen).toHaveLength(4);
  });
});

describe('many events', () => {
  it('are counted by status and timed, and none is a duplicate', async () => {
    const { url, outcomes } = await serveReceiver();
    const { code, lines } = await withSecret(['send', 'system.health', '--count', '200', '--url', url]);
    expect(code).toBe(0);
    expect(lines[0]).toMatch(/^200 sent in [\d.]+ s, [\d.]+ a second$/);
    expect(lines[1]).toBe('  200: 200');
    expect(lines[2]).toMatch(/^latency in ms: min [\d.]+, p50 [\d.]+, p90 [\d.]+, p99 [\d.]+, max [\d.]+$/);
    const counts = lines.slice(3, -1).map((line) => Number(/(\d+)$/.exec(line)?.[1]));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(200);
    expect(lines.at(-1)).toBe('all 200 as expected (expected 2xx)');
    expect(outcomes.filter(({ status }) => status === 'processed')).toHaveLength(200);
  });

  it('exit with 1 if some responses are unexpected, and count them', async () => {
    const { url } = await serveAnswers((index) => ({ status: index % 4 === 0 ? 503 : 200 }));
    const { code, lines } = await withSecret(['send', '--count', '20', '--json', '--url', url]);
    expect(code).toBe(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      sent: 20,
      unexpected: 5,
      answers: { 200: 15, 503: 5 },
    });
  });

  it('are the same for the same seed', async () => {
    const { url, seen } = await serveAnswers(() => ({ status: 200 }));
    const args = ['send', '--count', '5', '--concurrency', '1', '--timestamp', '2026-01-01T00:00:00Z'];
    for (const seed of ['7', '7', '8']) await withSecret([...args, '--seed', seed, '--url', url]);
    const bodies = seen.map(({ body }) => body);
    expect(bodies.slice(5, 10)).toEqual(bodies.slice(0, 5));
    expect(new Set(bodies).size).toBe(10);
    expect(bodies[1]).toContain('"2026-01-01T00:00:00.001Z"');
  });

  it('are sent at most --concurrency at the same time', async () => {
    let current = 0;
    let maximum = 0;
    const url = await serveListener((req, res) => {
      current += 1;
      maximum = Math.max(maximum, current);
      req.resume().on('end', () =>
        setTimeout(() => {
          current -= 1;
          res.end();
        }, 5),
      );
    });
    await withSecret(['send', '--count', '60', '--concurrency', '3', '--url', url]);
    expect(maximum).toBe(3);
  });

  it('are not sent faster than --rate', async () => {
    const { url, seen } = await serveAnswers(() => ({ status: 200 }));
    const { lines } = await withSecret(['send', '--count', '11', '--rate', '20', '--json', '--url', url]);
    expect(seen).toHaveLength(11);
    expect(JSON.parse(lines[0] ?? '').seconds).toBeGreaterThanOrEqual(0.49);
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
    { args: ['send', '--data', '{"a":'], says: /^error: --data / },
    { args: ['send', '--dialect', 'klingon'], says: /--dialect .*'klingon' is invalid/ },
    { args: ['send', '--count', '0'], says: /--count .*'0' is invalid/ },
    { args: ['send', '--url', 'ftp://127.0.0.1/'], says: /--url .*'ftp:\/\/127\.0\.0\.1\/' is invalid/ },
    { args: ['send', '--timeout', 'soon'], says: /--timeout .*'soon' is invalid/ },
    { args: ['send', '-H', 'no header'], says: /--header .*'no header' is invalid/ },
    { args: ['send', '-H', 'a: b\r\nc: d'], says: /--header .* is invalid/s },
    { args: ['send', 'scan_completed', 'further'], says: /too many arguments/ },
  ])('exit with 2 and name the option: $args', async ({ args, says }) => {
    const { code, lines, stderr } = await withSecret(args);
    expect(code).toBe(2);
    expect(lines).toEqual([]);
    expect(stderr).toMatch(says);
  });
});
