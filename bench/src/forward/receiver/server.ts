/** A receiver whose target is down, in one of two variants. It reports how much memory it holds. */
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createReceiver, type Receiver } from '@spiderfoot-webhooks/core';
import { webhookListener } from '@spiderfoot-webhooks/core/node';
import { siem } from '@spiderfoot-webhooks/forward/siem';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { secret } from '../../support/bodies.ts';
import { answerParent, portOf } from '../../support/child.ts';
import { temporaryFile } from '../../support/files.ts';

/** Refuses connections: this port is reserved and never assigned to a program. */
const endpoint = 'http://127.0.0.1:1';

const receivers: Readonly<Record<string, () => Receiver>> = {
  queue() {
    const queue = openStore(temporaryFile());
    return createReceiver({ secret, queue }).onAny(siem({ endpoint, apiKey: 'key', allowHttp: true }));
  },
  heap: () =>
    createReceiver({ secret }).onAny((event) => {
      void postUntilAccepted(JSON.stringify(event));
    }),
};

/** A hand-written handler that loses no event: it responds first, then retries until the target accepts the event. */
async function postUntilAccepted(body: string): Promise<void> {
  for (let wait = 1000; ; wait = Math.min(wait * 2, 30_000)) {
    const response = await fetch(`${endpoint}/events`, { method: 'POST', body }).catch(() => undefined);
    if (response?.ok) return;
    await sleep(Math.random() * wait);
  }
}

const create = Object.entries(receivers).find(([name]) => name === process.argv[2])?.[1];
if (create === undefined) throw new Error(`No receiver is named ${process.argv[2]}`);
const server = createServer(webhookListener(create()));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

answerParent({
  port: () => portOf(server.address()),
  /** Bytes in use. Memory that Node has reserved but does not use is not counted. */
  memory() {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  },
});
