import { join } from 'node:path';
import { type EventEnvelope, severityOf } from '@spiderfoot-webhooks/core/events';
import { samples, signedWebhook } from '@spiderfoot-webhooks/core/testing';
import { messageOf, severityOf as severityInForward } from '@spiderfoot-webhooks/forward';
import { expect, it, onTestFinished } from 'vitest';
import { Program } from '../product/support/program.ts';
import { root } from '../product/support/workspace.ts';

const secret = 'the-secret-of-spiderfoot';
const types = [...Object.keys(samples), 'a.type.of.tomorrow'];

function eventOf(event_type: string): EventEnvelope<string, unknown> {
  return { event_type, timestamp: '2024-01-01T12:00:00Z', source: 'spiderfoot', data: {}, metadata: {} };
}

it('`listen` shows every type with the severity that forwarders use, and malware_detected as CRITICAL', async () => {
  const program = new Program(
    process.execPath,
    [join(root, 'packages/cli/dist/main.js'), 'listen', '--port', '0'],
    { env: { SPIDERFOOT_WEBHOOK_SECRET: secret } },
  );
  onTestFinished(() => program.kill());
  const [, url = ''] = await program.says(/listening on (\S+)/);
  for (const type of types) {
    const { url: _url, ...init } = await signedWebhook(type, { secret, url, data: {} });
    expect((await fetch(url, init)).status, type).toBe(200);
    const escaped = type.replaceAll('.', '\\.');
    const [, severity] = await program.says(new RegExp(`\\b([A-Z]+) +${escaped}(?![\\w.])`));
    expect(severity, type).toBe(severityOf(eventOf(type)));
    expect(severityInForward(eventOf(type))).toBe(severity);
  }
  expect(severityOf(eventOf('malware_detected'))).toBe('CRITICAL');
  expect(messageOf(eventOf('malware_detected')).level).toBe('danger');
});
