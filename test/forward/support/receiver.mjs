// A receiver that forwards each event from a queue to a SIEM and to Slack. On SIGUSR2, it prints its memory usage.
import { createReceiver } from '@spiderfoot-webhooks/core';
import { readEnvironment, serve, webhookListener } from '@spiderfoot-webhooks/core/node';
import { siem } from '@spiderfoot-webhooks/forward/siem';
import { slack } from '@spiderfoot-webhooks/forward/slack';
import { openStore } from '@spiderfoot-webhooks/sqlite';

const { SIEM_ENDPOINT, SLACK_URL, DATABASE, SCALE } = process.env;
/** Scale a default wait, so that a short outage has the same effect as a long one. */
const scaled = (milliseconds) => Math.max(1, Math.round(milliseconds * Number(SCALE)));

// On a busy machine, a short outage takes many times its length. The defaults have to survive a complete minute.
const queueOptions = Number(SCALE) < 1 ? { maxAttempts: 1000, maxDelay: scaled(60_000) } : {};
const store = openStore(DATABASE, { baseDelay: scaled(1000), pollInterval: scaled(1000), ...queueOptions });
const { host, port, options } = readEnvironment();
const receiver = createReceiver({ ...options, queue: store });
const forwarderOptions = {
  allowHttp: true,
  baseDelay: scaled(250),
  maxDelay: scaled(5000),
  breaker: { coolDown: scaled(30_000) },
};
const toSiem = siem({ endpoint: SIEM_ENDPOINT, apiKey: 'siem-api-key', ...forwarderOptions });
const toSlack = slack({ url: SLACK_URL, ...forwarderOptions });
receiver.onAny(toSiem, { name: 'siem' });
receiver.onAny(toSlack, { name: 'slack' });

process.on('SIGUSR2', () => {
  global.gc();
  const { heapUsed, external } = process.memoryUsage();
  console.log(`memory ${heapUsed + external}`);
});

const { url } = await serve(webhookListener(receiver), receiver, {
  host,
  port,
  async onClose() {
    await Promise.all([toSiem.close(), toSlack.close()]);
    await store.close();
  },
});
console.log(`listening on ${url}/webhook`);
