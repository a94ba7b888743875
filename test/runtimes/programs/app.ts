/** The app that runs on every tested platform. It is bundled by esbuild, so it must not import modules of Node. */
import { createReceiver, type Receiver } from '@spiderfoot-webhooks/core';
import { memoryQueue } from '@spiderfoot-webhooks/core/stores';
import { fetchHandler } from '@spiderfoot-webhooks/core/web';
import { webhookHandler, webhookMiddleware } from '@spiderfoot-webhooks/hono';
import { type ExecutionContext, Hono } from 'hono';

const secret = 'runtimes-s3cret-ünïcode';

/** The actions of handlers and listeners, as lines that a test reads at `/notes`. */
const notes: string[] = [];

function createNoting(name: string, options: Omit<Parameters<typeof createReceiver>[0], 'secret'>): Receiver {
  return createReceiver({ secret, ...options })
    .onOutcome((outcome) => void notes.push(`${name} ${outcome.status}`))
    .onError((error) => void notes.push(`${name} ${error instanceof Error ? error.name : 'error'}`));
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const inline = createNoting('inline', {});
inline.onAny(({ event_type }) => void notes.push(`inline handled ${event_type}`));

// One delivery at a time, so that the others wait in the queue after their responses.
const queued = createNoting('queued', { queue: memoryQueue({ concurrency: 1, baseDelay: 1 }) });
queued.onAny(async (event, { attempt }) => {
  await sleep(50);
  if (attempt === 1 && event.event_type === 'system_alert') throw new Error('Fails once');
  notes.push(`queued handled ${event.event_type}`);
});

/** Handlers that exceed their timeout, and a listener that still runs after the response. */
const late = createNoting('late', { handlerTimeout: 20 });
late.on('scan_completed', async () => {
  await sleep(150);
  notes.push('late handler ended');
});
late.onOutcome(async () => {
  await sleep(150);
  notes.push('late listener ended');
});

const slow = createNoting('slow', {});
slow.onAny(async ({ event_type }) => {
  await sleep(300);
  notes.push(`slow handled ${event_type}`);
});

const app = new Hono();
app.all('/hono', webhookHandler(inline));
app.all('/middleware', webhookMiddleware(createNoting('middleware', {})), (c) => {
  notes.push(`middleware handled ${c.get('spiderfoot').event.event_type}`);
  return c.json({ status: 'success' });
});
const queue = webhookHandler(queued);
app.all('/queue', queue);
app.all('/queue-without-context', queue);
app.all('/late', webhookHandler(late));
app.all('/slow', webhookHandler(slow));
app.get('/notes', (c) => c.json(notes.splice(0)));

const direct = fetchHandler(inline);
const directQueue = fetchHandler(queued);

/** @param platform the other arguments that the platform passes with the request */
export function handle(request: Request, ...platform: readonly unknown[]): Response | Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === '/fetch') return direct(request, ...platform);
  if (pathname === '/fetch-queue') return directQueue(request, ...platform);
  // Simulates an app that does not pass the execution context.
  if (pathname === '/queue-without-context') return app.fetch(request);
  const [env, context] = platform;
  return app.fetch(request, isObject(env) ? env : {}, isContext(context) ? context : undefined);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isContext(value: unknown): value is ExecutionContext {
  return isObject(value) && 'waitUntil' in value;
}
