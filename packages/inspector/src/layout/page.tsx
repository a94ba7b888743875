import type { Context } from 'hono';
import type { Child } from 'hono/jsx';
import type { Site } from '../site.ts';
import { rootFrom } from './base-path.ts';

/** The name of a page, in `data-page`. */
type PageName =
  | 'overview'
  | 'deliveries'
  | 'delivery'
  | 'dead-letters'
  | 'rejected'
  | 'rejection'
  | 'try-it'
  | 'error';

interface PageParts {
  readonly page: PageName;
  readonly title: string;
  readonly content: Child;
  /** The event stream that updates the page, relative to it. */
  readonly live?: string | undefined;
}

/** Send a page with its document, navigation and assets. */
export async function sendPage(
  c: Context,
  site: Site,
  parts: PageParts,
  status: 200 | 400 | 403 | 404 | 500 | 503 = 200,
): Promise<Response> {
  const document = await (<Page site={site} root={rootFrom(c.req.path)} {...parts} />).toString();
  return c.html(`<!doctype html>${document}`, status);
}

const links = [
  { page: 'overview', path: '', label: 'Overview' },
  { page: 'deliveries', path: 'deliveries', label: 'Deliveries' },
  { page: 'dead-letters', path: 'dead-letters', label: 'Dead letters' },
  { page: 'rejected', path: 'rejected', label: 'Rejected' },
  { page: 'try-it', path: 'try-it', label: 'Try it' },
] as const;

/** The pages that belong to another page in the navigation. */
const parents: Partial<Record<PageName, PageName>> = { delivery: 'deliveries', rejection: 'rejected' };

function Page({ site, root, page, title, content, live }: PageParts & { site: Site; root: string }) {
  const current = parents[page] ?? page;
  const assets = `${root}assets/${site.assets.version}`;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · ${site.settings.title}`}</title>
        <link rel="stylesheet" href={`${assets}/inspector.css`} />
        <script type="module" src={`${assets}/main.js`}></script>
      </head>
      <body data-page={page} data-live={live} data-root={root}>
        <a class="skip" href="#content">
          Skip to the content
        </a>
        <header class="site">
          <a class="brand" href={root}>
            {site.settings.title}
          </a>
          <nav aria-label="Pages">
            {links.map((link) => (
              <a href={`${root}${link.path}`} aria-current={link.page === current ? 'page' : undefined}>
                {link.label}
              </a>
            ))}
          </nav>
        </header>
        <main id="content">
          <h1>{title}</h1>
          {content}
        </main>
      </body>
    </html>
  );
}
