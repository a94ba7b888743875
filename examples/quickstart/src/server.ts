import { randomBytes } from 'node:crypto';
import { createReceiver } from '@spiderfoot-webhooks/core';
import {
  exitWithReason,
  lineLogger,
  readEnvironment,
  serve,
  webhookListener,
} from '@spiderfoot-webhooks/core/node';

/** A receiver in plain Node, with a secret made up on the spot where the environment has none. */
async function main(): Promise<void> {
  const secret = process.env.SPIDERFOOT_WEBHOOK_SECRET || randomBytes(16).toString('hex');
  const { host, port, options } = readEnvironment({ ...process.env, SPIDERFOOT_WEBHOOK_SECRET: secret });
  const receiver = createReceiver({ ...options, logger: lineLogger() });
  receiver.onAny((event, { id }) => {
    console.log(JSON.stringify({ handled: event.event_type, id }));
  });

  const webhook = webhookListener(receiver);
  const { url } = await serve(
    (req, res) => {
      if (req.url === '/health') res.end('{"status":"ok"}');
      else if (req.url === '/webhook') webhook(req, res).catch(exitWithReason);
      else res.writeHead(404).end();
    },
    receiver,
    { host, port },
  );
  console.log(`listening on ${url}/webhook`);
  console.error(`
Send it a signed event, from another terminal in this folder:

  SPIDERFOOT_WEBHOOK_URL=${url}/webhook SPIDERFOOT_WEBHOOK_SECRET=${secret} npm run send

Or point SpiderFoot at it:

  [webhooks]
  enabled = true
  default_url = ${url}/webhook
  secret = ${secret}

Ctrl-C stops it.
`);
}

main().catch(exitWithReason);
