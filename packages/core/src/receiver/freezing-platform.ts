import { memberOf } from '../data/member-of.ts';
import { ConfigurationError } from '../errors.ts';
import type { DeliveryQueue } from '../stores/delivery-queue.ts';
import type { VerifiedDelivery } from './verified-delivery.ts';

/**
 * Return the name of the platform, if it freezes this process between a response and the next request. Work that has not
 * finished at the response is lost, or continues much later.
 * @returns `undefined` on a platform that keeps running
 */
export function freezingPlatform(globals: object = globalThis): string | undefined {
  const userAgent = memberOf(memberOf(globals, 'navigator'), 'userAgent');
  if (userAgent === 'Cloudflare-Workers') return 'Cloudflare Workers';
  if (typeof memberOf(globals, 'EdgeRuntime') === 'string') return 'an edge runtime';
  // The functions of Vercel and Netlify also run on AWS Lambda.
  const isLambda =
    memberOf(memberOf(memberOf(globals, 'process'), 'env'), 'AWS_LAMBDA_FUNCTION_NAME') !== undefined;
  return isLambda ? 'AWS Lambda' : undefined;
}

/**
 * Make sure that handlers can run after the response. Otherwise a delivery that is queued in memory would get the response
 * 202, and would then be lost without a trace.
 * @throws ConfigurationError if the platform freezes this process after the response and passed no `waitUntil`
 */
export function requireRunningQueue(queue: DeliveryQueue, { waitUntil }: VerifiedDelivery): void {
  if (waitUntil !== undefined || queue.settled === undefined) return;
  const platform = freezingPlatform();
  if (platform === undefined) return;
  throw new ConfigurationError(
    'queue',
    `keeps deliveries in memory, but ${platform} freezes the process after the response, so handlers would never run. Pass the platform's execution context to the adapter (\`fetchHandler(receiver)(request, env, ctx)\`, or \`app.fetch(request, env, ctx)\` for Hono), or set the adapter's option \`waitUntil\`, or remove the queue.`,
  );
}
