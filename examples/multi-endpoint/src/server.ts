import { ConfigurationError, createReceiver, type Receiver } from '@spiderfoot-webhooks/core';
import { loadConfig } from '@spiderfoot-webhooks/core/config';
import {
  exitWithReason,
  jsonLine,
  lineLogger,
  readListenAddress,
  serve,
} from '@spiderfoot-webhooks/core/node';
import { webhookHandler } from '@spiderfoot-webhooks/express';
import type { Forwarder } from '@spiderfoot-webhooks/forward';
import { openStore } from '@spiderfoot-webhooks/store';
import express from 'express';
import { endpoints } from './forwarders.ts';

/** Serve one receiver for each section of spiderfoot.ini, with its own secret, events and handlers. All share one store. */
async function main(): Promise<void> {
  const { SPIDERFOOT_CONFIG: file = 'spiderfoot.ini', SPIDERFOOT_WEBHOOK_STORE: location = 'webhooks.db' } =
    process.env;
  const address = readListenAddress();
  const config = loadConfig(file);
  if (!config.enabled)
    throw new ConfigurationError(
      'enabled',
      `of ${file} is false, so SpiderFoot sends no webhooks. Set it to true.`,
    );
  const logger = lineLogger();
  for (const { section, key, line } of config.ignored) {
    logger.info({ file, line, section, key }, 'ignored a key that only SpiderFoot uses');
  }

  const store = await openStore(location, { logger });
  await store.ready();
  const receivers: Receiver[] = [];
  const forwarders: Forwarder[] = [];
  const app = express();
  for (const { name, path, options } of config.endpoints) {
    const register = endpoints.get(name);
    if (register === undefined) {
      throw new ConfigurationError(`[webhooks:${name}]`, `of ${file} has no handlers in src/forwarders.ts.`);
    }
    const receiver = createReceiver({ ...options, queue: store, logger });
    forwarders.push(register(receiver, logger));
    receiver.onOutcome(({ status }) => console.log(jsonLine({ endpoint: name, status })));
    app.all(path, webhookHandler(receiver));
    receivers.push(receiver);
  }
  app.get('/health', (_req, res) => {
    res.json({ status: 'ok' });
  });

  const onClose = async () => {
    await Promise.all(forwarders.map((forwarder) => forwarder.close()));
    await store.close();
  };
  const { url } = await serve(app, receivers, { ...address, onClose });
  for (const { name, path } of config.endpoints) console.log(`${name} at ${url}${path}`);
  console.log(`listening on ${url}`);
}

main().catch(exitWithReason);
