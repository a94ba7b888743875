import type { Outcome } from '@spiderfoot-webhooks/core';
import { toHttpResponse } from '@spiderfoot-webhooks/core/adapter';
import type { Context } from 'hono';
import { prepareResponse } from '#node-server';

/** Convert an outcome into the response to a Hono request. */
export function toResponse({ env }: Context, outcome: Outcome): Response {
  const { status, headers, body, closesConnection } = toHttpResponse(outcome);
  prepareResponse(env, closesConnection);
  return new Response(body, { status, headers });
}
