import { getRequestListener } from '@hono/node-server';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { exitWithReason, jsonLine, lineLogger, readEnvironment, serve } from '@spiderfoot-webhooks/core/node';
import { webhookHandler } from '@spiderfoot-webhooks/hono';
import { storeFromEnvironment } from '@spiderfoot-webhooks/store';
import { Hono } from 'hono';

async function main(): Promise<void> {
  const { host, port, options } = readEnvironment();
  const logger = lineLogger();
  const stored = await storeFromEnvironment({ logger });
  const receiver = createReceiver({ ...options, ...stored.options, logger });

  // %o escapes control characters in the sender's text.
  receiver.on('scan_completed', ({ data }) => {
    console.error('Scan %o completed for %o', data.scan_id, data.target);
    if ((data.high_risk_events ?? 0) > 0) console.error('High-risk findings in scan: %o', data.scan_id);
  });
  receiver.on('high_risk_event', ({ data }) => {
    console.error('High-risk finding: %o %o', data.event_type, data.data);
  });
  receiver.onAny((event, { id }) => {
    console.log(jsonLine({ handled: event.event_type, id }));
  });

  const app = new Hono();
  app.all('/webhook', webhookHandler(receiver));
  app.get('/health', (c) => c.json({ status: 'ok' }));

  const { url } = await serve(getRequestListener(app.fetch), receiver, { host, port, onClose: stored.close });
  console.log(`listening on ${url}/webhook`);
}

main().catch(exitWithReason);
