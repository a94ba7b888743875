import { randomBytes } from 'node:crypto';
import { createReceiver } from '@spiderfoot-webhooks/core';
import {
  exitWithReason,
  jsonLine,
  lineLogger,
  readEnvironment,
  serve,
  webhookListener,
} from '@spiderfoot-webhooks/core/node';
import { storeFromEnvironment } from '@spiderfoot-webhooks/sqlite';

/** A receiver in plain Node, with a secret made up on the spot where the environment has none. */
async function main(): Promise<void> {
  const given = process.env.SPIDERFOOT_WEBHOOK_SECRET;
  const secret = given || randomBytes(16).toString('hex');
  // A secret that was made up here may be shown; one that was given is its owner's.
  const shown = given ? '"$SPIDERFOOT_WEBHOOK_SECRET"' : secret;
  const { host, port, options } = readEnvironment({ ...process.env, SPIDERFOOT_WEBHOOK_SECRET: secret });
  const logger = lineLogger();
  const database = process.env.SPIDERFOOT_WEBHOOK_DB || 'webhooks.db';
  const stored = storeFromEnvironment({ logger }, { ...process.env, SPIDERFOOT_WEBHOOK_DB: database });
  const receiver = createReceiver({ ...options, ...stored.options, logger });
  receiver.onAny((event, { id }) => {
    console.log(jsonLine({ handled: event.event_type, id }));
  });

  const webhook = webhookListener(receiver);
  const { url, close } = await serve(
    (req, res) => {
      if (req.url === '/health') res.end('{"status":"ok"}');
      else if (req.url === '/webhook') void webhook(req, res);
      else res.writeHead(404).end();
    },
    receiver,
    { host, port, onClose: stored.close },
  );
  endWithParent(close);
  console.log(`listening on ${url}/webhook`);
  console.error(`
Send it a signed event, from another terminal in this folder:

  SPIDERFOOT_WEBHOOK_URL=${url}/webhook SPIDERFOOT_WEBHOOK_SECRET=${shown} npm run send

Or point SpiderFoot at it:

  [webhooks]
  enabled = true
  default_url = ${url}/webhook
  secret = ${given ? '(the one in SPIDERFOOT_WEBHOOK_SECRET)' : secret}

Ctrl-C stops it.
`);
}

/** `npm start` gives a SIGTERM to its shell, which keeps it to itself: without this the port would stay taken. */
function endWithParent(close: () => Promise<void>): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    close().then(() => process.exit(0), exitWithReason);
  }, 500).unref();
}

main().catch(exitWithReason);
