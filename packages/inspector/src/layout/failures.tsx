import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { printable } from '@spiderfoot-webhooks/core/terminal';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { isMissingCapability } from '../missing-capability.ts';
import type { Site, SiteEnv } from '../site.ts';
import { sendPage } from './page.tsx';

/** Send the page for a path that does not exist. */
export function notFoundPage(c: Context<SiteEnv>, site: Site): Promise<Response> {
  return sendMessage(c, site, 404, 'Not found', 'This page does not exist, or its delivery was deleted.');
}

/**
 * Send the page for an error. It shows the message of a `ConfigurationError`, which names a filter of the request, and that of
 * a `MissingCapabilityError`, which names the alternative. The message of another error may contain an address or a path of
 * the server.
 */
export function sendFailure(c: Context<SiteEnv>, site: Site, error: Error): Response | Promise<Response> {
  if (error instanceof HTTPException) return error.getResponse();
  if (error instanceof ConfigurationError) {
    return sendMessage(c, site, 400, 'Invalid filter', error.message);
  }
  if (isMissingCapability(error)) {
    return sendMessage(c, site, 400, 'Not supported by this store', error.message);
  }
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  return sendMessage(
    c,
    site,
    500,
    'The store cannot be read',
    `The store rejected the request with ${error.name}${code}. Check the log of the program that serves this page.`,
  );
}

function sendMessage(
  c: Context<SiteEnv>,
  site: Site,
  status: 400 | 404 | 500,
  title: string,
  text: string,
): Promise<Response> {
  return sendPage(c, site, { page: 'error', title, content: <p class="empty">{printable(text)}</p> }, status);
}
