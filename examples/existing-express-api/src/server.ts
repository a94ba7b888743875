import { createReceiver } from '@spiderfoot-webhooks/core';
import { exitWithReason, jsonLine, lineLogger, readEnvironment, serve } from '@spiderfoot-webhooks/core/node';
import { getWebhook, webhookMiddleware } from '@spiderfoot-webhooks/express';
import { storeFromEnvironment } from '@spiderfoot-webhooks/store';
import express from 'express';

/** The resource that the API served before webhooks were added: a list of findings. */
interface Finding {
  readonly id: string;
  readonly target: string;
  readonly finding: string;
}

/** A limit on the list, so that a sender cannot make this process use more and more memory. */
const maxFindings = 1000;

async function main(): Promise<void> {
  const { host, port, options } = readEnvironment();
  const logger = lineLogger();
  const stored = await storeFromEnvironment({ logger });
  const receiver = createReceiver({
    ...options,
    ...stored.options,
    events: ['finding', 'scan_completed'],
    logger,
  });
  const findings: Finding[] = [];

  const app = express();
  // Mount the webhook before the API's own body parser, because the signature covers the raw bytes. The middleware rejects
  // every request that is not a verified event. The route gets the typed event and sends the response.
  app.all('/webhook', webhookMiddleware(receiver), (req, res) => {
    const { event, context } = getWebhook(req);
    if (event.event_type === 'high_risk_event' || event.event_type === 'vulnerability_found') {
      findings.push({
        id: context.id,
        target: event.data.target ?? 'unknown',
        finding: typeof event.data.data === 'string' ? event.data.data : JSON.stringify(event.data.data),
      });
      if (findings.length > maxFindings) findings.shift();
    }
    console.log(jsonLine({ handled: event.event_type, id: context.id }));
    res.status(201).json({ status: 'success', findings: findings.length });
  });

  app.use(express.json());
  app.get('/findings', (_req, res) => {
    res.json(findings);
  });
  app.get('/health', (_req, res) => {
    res.json({ status: 'ok' });
  });

  const { url } = await serve(app, receiver, { host, port, onClose: stored.close });
  console.log(`listening on ${url}/webhook`);
}

main().catch(exitWithReason);
