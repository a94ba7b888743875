import { verify } from '@spiderfoot-webhooks/core';
import { describe, expect, it } from 'vitest';
import { secret, spiderfoot, withSecret } from '../support/command.ts';
import { serveAnswers, serveListener, serveReceiver } from '../support/test-receivers.ts';

describe('deliberate faults', () => {
  const faults = [
    { flag: '--tamper', code: 'invalid_signature', says: 'changed after signing' },
    { flag: '--wrong-secret', code: 'invalid_signature', says: 'signed with another secret' },
    { flag: '--unsigned', code: 'missing_signature', says: 'not signed' },
    { flag: '--truncate', code: 'invalid_signature', says: 'second half' },
  ];

  it.each(faults)(
    'send succeeds with $flag if the receiver rejects the event with 401',
    async ({ flag, code, says }) => {
      const { url, outcomes } = await serveReceiver();
      const ended = await withSecret(['send', flag, '--url', url]);
      expect(ended.code).toBe(0);
      expect(ended.output).toMatch(new RegExp(`as expected, because .*${says}`));
      expect(outcomes).toMatchObject([{ status: 'rejected', code }]);
    },
  );

  it.each(faults)('send fails with $flag if the receiver accepts the event', async ({ flag, says }) => {
    const { url } = await serveAnswers(() => ({ status: 200 }));
    const { code, output } = await withSecret(['send', flag, '--url', url]);
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`expected 401, because .*${says}`));
  });

  it('a deliberate fault requires no secret if the signature does not need one', async () => {
    const { url } = await serveReceiver();
    for (const flag of ['--unsigned', '--wrong-secret']) {
      expect(await spiderfoot(['send', flag, '--url', url])).toMatchObject({ code: 0 });
    }
    expect(await spiderfoot(['send', '--tamper', '--url', url])).toMatchObject({ code: 2 });
  });

  it('deliberate faults cannot be combined', async () => {
    expect(await withSecret(['send', '--tamper', '--unsigned'])).toMatchObject({ code: 2 });
  });

  it('--tamper keeps the body valid JSON, and the signature of the original body', async () => {
    const { url, seen } = await serveAnswers(() => ({ status: 401 }));
    await withSecret(['send', '--tamper', '--url', url]);
    const { headers, body } = seen[0] ?? { headers: {}, body: '' };
    expect(JSON.parse(body)).toMatchObject({ event_type: 'scan_completed', tampered: true });
    const original = body.replace(', "tampered": true', '');
    expect(await verify(secret, original, String(headers['x-spiderfoot-signature']))).toBe(true);
  });
});

describe('--duplicate', () => {
  it('--duplicate succeeds if the receiver recognizes the second event', async () => {
    const { url, outcomes } = await serveReceiver();
    const { code, output } = await withSecret(['send', '--duplicate', '--url', url]);
    expect(code).toBe(0);
    expect(output).toContain('the same bytes again');
    expect(outcomes.map(({ status }) => status)).toEqual(['processed', 'duplicate']);
  });

  it('--duplicate succeeds only if the receiver treats each notification as a new event', async () => {
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

  it('--duplicate fails if the receiver treats the second event as a new one', async () => {
    const { url } = await serveAnswers(() => ({ status: 200, body: '{"status":"success"}' }));
    const { code, output } = await withSecret(['send', '--duplicate', '--url', url]);
    expect(code).toBe(1);
    expect(output).toContain('treated as a new event');
  });
});

describe('unexpected responses', () => {
  it('an unexpected response is shown with a hint, and the exit code is 1', async () => {
    const { url } = await serveReceiver();
    const { code, output } = await spiderfoot(['send', '--url', url, '--secret', 'another']);
    expect(code).toBe(1);
    expect(output).toContain('401 Unauthorized');
    expect(output).toContain('Compare the secrets');
    expect(output).not.toContain('another');
  });

  it('an unexpected response cannot control the terminal', async () => {
    const body = '\u001b[2J\u009b31m\nforged\u202e line\u0007';
    const { url } = await serveAnswers(() => ({ status: 500, body }));
    const { code, lines } = await withSecret(['send', '--url', url]);
    expect(code).toBe(1);
    expect(lines[2]).toBe('  \\u001b[2J\\u009b31m\\nforged\\u202e line\\u0007');
    const json = await withSecret(['send', '--url', url, '--json']);
    expect(json.lines.join('')).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(json.lines[0] ?? '')).toMatchObject({ attempts: [{ status: 500, body }] });
  });

  it('send shows the cause if nothing is listening', async () => {
    const { code, output } = await withSecret(['send', '--url', 'http://127.0.0.1:1/webhook']);
    expect(code).toBe(1);
    expect(output).toContain('Nothing is listening');
  });

  it('send stops reading an endless body, and fails if a response does not arrive in time', async () => {
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

  it('send fails if a slow body exceeds --timeout', async () => {
    const dripping = await serveListener((_, res) => {
      const drip = setInterval(() => res.write('x'), 20);
      res.on('close', () => clearInterval(drip)).writeHead(200);
    });
    const { code, output } = await withSecret(['send', '--url', dripping, '--timeout', '300ms']);
    expect(code).toBe(1);
    expect(output).toContain('in time');
  });

  it('send fails for a redirect, which it does not follow', async () => {
    const { url, outcomes } = await serveReceiver();
    const redirect = await serveListener((_, res) => void res.writeHead(307, { location: url }).end());
    const { code, output } = await withSecret(['send', '--url', redirect]);
    expect(code).toBe(1);
    expect(output).toContain('redirect');
    expect(outcomes).toEqual([]);
  });
});
