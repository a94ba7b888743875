import { sign } from '@spiderfoot-webhooks/core';
import { describe, expect, it } from 'vitest';
import { secret, withSecret } from '../support/command.ts';

const body =
  '{"event_type": "scan_completed", "timestamp": "2026-01-01T00:00:00Z", "data": {"target": "a", "n": 1}}';

const wrong = '0123456789abcdef'.repeat(4);

describe('the signature in several headers', () => {
  it.each(['X-SpiderFoot-Signature', 'X-SpiderFoot-Signature-256', 'X-Signature-256'])(
    'diagnose finds the signature in %s, as a receiver does',
    async (name) => {
      const signature = await sign(secret, body);
      const args = ['diagnose', '-H', 'X-Request-ID: 1', '-H', `${name}: ${signature}`];
      expect(await withSecret(args, { input: body })).toMatchObject({ code: 0 });
    },
  );

  it('a signature that is not in the first signature header is reported as other-header', async () => {
    const headers = [`X-Signature-256: ${await sign(secret, body)}`, `X-SpiderFoot-Signature: ${wrong}`];
    const args = ['diagnose', '--json', ...headers.flatMap((header) => ['-H', header])];
    const { code, lines } = await withSecret(args, { input: body });
    expect(code).toBe(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ mistakes: [{ name: 'other-header' }] });
  });
});

it('diagnose reports a random signature as unexplained', async () => {
  const { code, lines } = await withSecret(['diagnose', '-s', wrong], { input: body });
  expect(code).toBe(1);
  expect(lines).toContain('No known mistake explains the signature.');
  const json = await withSecret(['diagnose', '-s', wrong, '--json'], { input: body });
  expect(JSON.parse(json.lines[0] ?? '')).toMatchObject({ genuine: false, mistakes: null, complete: true });
});
