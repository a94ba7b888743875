import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createReceiver } from '@spiderfoot-webhooks/core';
import type { Store } from './inspected-store.ts';
import { secret } from './inspected-store.ts';

const errors = [
  'HTTP 503 from https://siem.acme.example/services/collector: Server is busy',
  'connect ETIMEDOUT 10.20.0.14:8088',
];

/** The findings of the dead letters: module, target, data. */
const findings = [
  ['sfp_nuclei', 'shop.acme.example', 'CVE-2026-21413: remote code execution'],
  ['sfp_shodan', 'mail.acme.example', 'CVE-2025-53770: deserialization of untrusted data'],
  ['sfp_nuclei', 'vpn.acme.example', 'CVE-2026-0228: authentication bypass'],
] as const;

/** Create dead letters: a receiver whose handler `siem` fails, and `tickets` for each fourth. The store must have `maxAttempts: 1`. */
export async function createDeadLetters(store: Store, count: number): Promise<void> {
  let failures = 0;
  const receiver = createReceiver({ secret, queue: store })
    .onAny(() => sleep(30), { name: 'slack' })
    .onAny(
      async () => {
        await sleep(40);
        throw new Error(errors[failures++ % errors.length]);
      },
      { name: 'siem' },
    )
    .onAny(
      async ({ data }) => {
        await sleep(60);
        if (Number(Object(data).index) % 4 === 3) {
          throw new Error('HTTP 401 from https://tickets.acme.example/api/issues: The token has expired');
        }
      },
      { name: 'tickets' },
    );
  for (let index = 0; index < count; index++) {
    const receivedAt = new Date(Date.now() - (count - index) ** 2 * 90_000);
    const event = {
      event_type: 'vulnerability_found',
      timestamp: receivedAt.toISOString(),
      source: 'spiderfoot',
    };
    const [module, host, finding] = findings[index % findings.length] ?? findings[0];
    const data = {
      scan_id: 'a3f81c02',
      target: 'acme.example',
      event_type: 'VULNERABILITY_CVE_HIGH',
      module,
      data: `${finding} (${host})`,
      confidence: 100,
      index,
    };
    await store.enqueue({
      ...{ id: randomBytes(16).toString('hex'), endpoint: 'default', receivedAt, ip: '198.51.100.23' },
      ...{ eventType: event.event_type, dialect: 'guide', scanId: data.scan_id, target: data.target },
      body: Buffer.from(JSON.stringify({ ...event, data, metadata: { version: '4.0' } })),
    });
  }
  await receiver.start();
  while ((await store.health()).dead < count) await sleep(50);
  await receiver.close();
}
