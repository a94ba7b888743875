import { ConfigurationError } from './errors.ts';
import type { DeliveryQueue } from './ports.ts';
import type { Verified } from './stored.ts';

/**
 * The name of a platform that stops this process as soon as it has answered, until the next request. What runs then is
 * lost, or continues much later.
 * @returns `undefined` on a platform that keeps running
 */
export function freezingPlatform(globals: object = globalThis): string | undefined {
  const userAgent = at(at(globals, 'navigator'), 'userAgent');
  if (userAgent === 'Cloudflare-Workers') return 'Cloudflare Workers';
  if (typeof at(globals, 'EdgeRuntime') === 'string') return 'an edge runtime';
  // Functions of Vercel and Netlify run on it too.
  const isLambda = at(at(at(globals, 'process'), 'env'), 'AWS_LAMBDA_FUNCTION_NAME') !== undefined;
  return isLambda ? 'AWS Lambda' : undefined;
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/**
 * A delivery in memory that is answered 202 and never handled would be lost without a trace.
 * @throws ConfigurationError if this process does not run on after the answer
 */
export function requireRunningQueue(queue: DeliveryQueue, { waitUntil }: Verified): void {
  if (waitUntil !== undefined || queue.settled === undefined) return;
  const platform = freezingPlatform();
  if (platform === undefined) return;
  throw new ConfigurationError(
    'queue',
    `keeps deliveries in memory, and ${platform} stops the process after the answer, so they would never be handled. Pass the platform's execution context or \`waitUntil\` to the adapter: \`fetchHandler(receiver)(request, env, ctx)\`, \`app.fetch(request, env, ctx)\` of Hono, or the option \`waitUntil\`. Or leave the queue out.`,
  );
}
