import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { HTTPException } from 'hono/http-exception';
import type { Settings } from '../options.ts';
import type { SiteEnv } from '../site.ts';

const cookieName = 'spiderfoot-inspector-csrf';
const tokenForm = /^[\w-]{43}$/;

/**
 * Reject a change that another site has caused (CSRF). The browser must say that the request is from this site, and the form
 * must contain the token of the cookie (double submit). Basic authentication alone does not help, because a browser sends
 * the password with requests of other sites too.
 */
export function csrfProtection({ basePath }: Settings): MiddlewareHandler<SiteEnv> {
  return async function protectChanges(c, next) {
    const sent = getCookie(c, cookieName);
    const known = sent !== undefined && tokenForm.test(sent) ? sent : undefined;
    if (c.req.method === 'GET' || c.req.method === 'HEAD') {
      if (isEmbedding(c.req.raw))
        return c.text('Other sites can link to this page, but cannot load it.\n', 403);
      const token = known ?? randomBytes(32).toString('base64url');
      c.set('csrfToken', token);
      await next();
      if (known === undefined && isPage(c)) {
        const secure = new URL(c.req.url).protocol === 'https:';
        setCookie(c, cookieName, token, { httpOnly: true, sameSite: 'Strict', path: basePath, secure });
      }
      return undefined;
    }
    if (!isSameOrigin(c.req.raw)) {
      return c.text(
        'This change was not requested by a page of the inspector. If there is a proxy, configure it to forward the header Host.\n',
        403,
      );
    }
    const csrf = await readToken(c);
    if (known === undefined || typeof csrf !== 'string' || !isEqual(csrf, known)) {
      return c.text(
        'The form has expired. Reload the page. If this does not help, mount the inspector before body parsers.\n',
        403,
      );
    }
    c.set('csrfToken', known);
    return next();
  };
}

/** A body that is not a form has no token. */
async function readToken(c: Context): Promise<unknown> {
  try {
    return (await c.req.formData()).get('csrf');
  } catch (error) {
    // The body of the form is too large.
    if (error instanceof HTTPException) throw error;
    return undefined;
  }
}

function isPage(c: Context): boolean {
  return c.res.headers.get('content-type')?.startsWith('text/html') === true;
}

/**
 * Whether the browser says that a page of this origin has sent the request. Behind a proxy that ends TLS, the scheme of the
 * request differs from the browser's, but `Sec-Fetch-Site` is then sent. A page cannot set either header.
 */
function isSameOrigin({ headers, url }: Request): boolean {
  const site = headers.get('sec-fetch-site');
  return site === null ? headers.get('origin') === new URL(url).origin : site === 'same-origin';
}

/**
 * Whether the browser says that another site loads this URL other than as a page of its own. The site cannot read the
 * response, but it could hold all event streams open or cause expensive queries.
 */
function isEmbedding({ headers }: Request): boolean {
  const site = headers.get('sec-fetch-site');
  return (site === 'cross-site' || site === 'same-site') && headers.get('sec-fetch-dest') !== 'document';
}

function isEqual(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
