/**
 * A process that handles deliveries in a log. It reads commands on standard input: `send` delivers a webhook, with the same bytes
 * each time. `finish` ends the running handlers. `fail` ends them with an error.
 */
import { createInterface } from 'node:readline';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { toHttpResponse } from '@spiderfoot-webhooks/core/adapter';
import { openStore } from '../../src/index.ts';
import { createRaw, secret } from './webhooks.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);
const running: { finish(): void; fail(): void }[] = [];

const store = openStore(process.argv[3] ?? '');
const receiver = createReceiver({ secret, log: store, handlerTimeout: 60_000 }).onAny(
  () => {
    print('began');
    return new Promise<void>((resolve, reject) => {
      running.push({ finish: resolve, fail: () => reject(new Error('down')) });
    });
  },
  { name: 'handler' },
);
const body = {
  event_type: 'scan_completed',
  timestamp: '2026-01-01T12:00:00Z',
  data: { target: 'example.com' },
};
const webhook = await createRaw(JSON.stringify(body));

createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === 'send') {
    void webhook.send(receiver).then((outcome) => {
      const { status, headers } = toHttpResponse(outcome);
      const code = outcome.status === 'rejected' ? outcome.code : outcome.status;
      print([status, code, headers['retry-after']].filter(Boolean).join(' '));
    });
  }
  for (const { finish, fail } of running) {
    if (line === 'finish') finish();
    if (line === 'fail') fail();
  }
});
print('ready');
