// A receiver that sends each event on to a SIEM and to Slack, out of a queue. By SIGUSR2 it says how much memory it holds.
import { createReceiver } from '@spiderfoot-webhooks/core';
import { readEnvironment, serve, webhookListener } from '@spiderfoot-webhooks/core/node';
import { siem } from '@spiderfoot-webhooks/forward/siem';
import { slack } from '@spiderfoot-webhooks/forward/slack';
import { openStore } from '@spiderfoot-webhooks/sqlite';

const { SIEM_ENDPOINT, SLACK_URL, DATABASE, SCALE } = process.env;
/** The defaults' waits, so many times as long: a short outage has the shape of a long one. */
const scaled = (milliseconds) => Math.max(1, Math.round(milliseconds * Number(SCALE)));

// A machine that is busy draws a short outage out, to many times its length. A whole minute is for the defaults to survive.
const patient = Number(SCALE) < 1 ? { maxAttempts: 1000, maxDelay: scaled(60_000) } : {};
const store = openStore(DATABASE, { baseDelay: scaled(1000), pollInterval: scaled(1000), ...patient });
const { host, port, options } = readEnvironment();
const receiver = createReceiver({ ...options, queue: store });
const patience = {
  allowHttp: true,
  baseDelay: scaled(250),
  maxDelay: scaled(5000),
  breaker: { coolDown: scaled(30_000) },
};
const toSiem = siem({ endpoint: SIEM_ENDPOINT, apiKey: 'siem-api-key', ...patience });
const toSlack = slack({ url: SLACK_URL, ...patience });
receiver.onAny(toSiem, { name: 'siem' });
receiver.onAny(toSlack, { name: 'slack' });

process.on('SIGUSR2', () => {
  global.gc();
  const { heapUsed, external } = process.memoryUsage();
  console.log(`holds ${heapUsed + external}`);
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
