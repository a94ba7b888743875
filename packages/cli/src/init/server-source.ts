/** The frameworks that `init` supports. */
export const frameworks = ['express', 'koa', 'hono'] as const;
export type Framework = (typeof frameworks)[number];

/** The parts of the program that depend on the framework. */
interface Part {
  readonly imports: string;
  /** The code that creates `app`, with the webhook and a health route. */
  readonly app: string;
  /** The expression for the request listener of `app`. */
  readonly listener: string;
}

const parts: Readonly<Record<Framework, Part>> = {
  express: {
    imports: `import { webhookHandler } from '@spiderfoot-webhooks/express';
import { storeFromEnvironment } from '@spiderfoot-webhooks/store';
import express from 'express';`,
    app: `  const app = express();
  // Mount the webhook before any body parser, because the signature covers the received bytes.
  app.all('/webhook', webhookHandler(receiver));
  app.get('/health', (_req, res) => {
    res.json({ status: 'ok' });
  });`,
    listener: 'app',
  },
  koa: {
    imports: `import { webhookHandler } from '@spiderfoot-webhooks/koa';
import { storeFromEnvironment } from '@spiderfoot-webhooks/store';
import Koa from 'koa';`,
    app: `  const webhook = webhookHandler(receiver);
  const app = new Koa();
  // Mount the webhook before any body parser, because the signature covers the received bytes.
  app.use((ctx, next) => (ctx.path === '/webhook' ? webhook(ctx, next) : next()));
  app.use((ctx) => {
    if (ctx.path === '/health') ctx.body = { status: 'ok' };
  });`,
    listener: 'app.callback()',
  },
  hono: {
    imports: `import { getRequestListener } from '@hono/node-server';
import { webhookHandler } from '@spiderfoot-webhooks/hono';
import { storeFromEnvironment } from '@spiderfoot-webhooks/store';
import { Hono } from 'hono';`,
    app: `  const app = new Hono();
  app.all('/webhook', webhookHandler(receiver));
  app.get('/health', (c) => c.json({ status: 'ok' }));`,
    listener: 'getRequestListener(app.fetch)',
  },
};

/** Return the source of `src/server.ts`. */
export function serverSource(framework: Framework): string {
  const { imports, app, listener } = parts[framework];
  return `import { createReceiver } from '@spiderfoot-webhooks/core';
import { exitWithReason, lineLogger, readEnvironment, serve } from '@spiderfoot-webhooks/core/node';
${imports}

async function main(): Promise<void> {
  const { host, port, options } = readEnvironment();
  const logger = lineLogger();
  const stored = await storeFromEnvironment({ logger });
  const receiver = createReceiver({ ...options, ...stored.options, logger });

  // Your handlers. If a handler throws, SpiderFoot sends the event again, and only the failed handlers run again. They
  // are recognized by name, so give each handler a name. %o escapes control characters in the sender's text.
  receiver.on(
    'scan_completed',
    ({ data }) => console.log('Scan %o of %o completed, %o findings', data.scan_id, data.target, data.events_found),
    { name: 'print-scan' },
  );
  receiver.on(
    ['high_risk_event', 'malware_detected', 'vulnerability_found'],
    ({ data }) => console.log('Finding at %o: %o', data.target, data.data),
    { name: 'print-finding' },
  );

${app}

  // Listen, start the queue's workers if there are any, and shut down gracefully on a signal.
  const { url } = await serve(${listener}, receiver, { host, port, onClose: stored.close });
  console.log(\`listening on \${url}/webhook\`);
}

main().catch(exitWithReason);
`;
}
