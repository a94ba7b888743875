import { printable } from '@spiderfoot-webhooks/core/terminal';
import type { Context } from 'hono';
import type { Child } from 'hono/jsx';
import type { Site, SiteEnv } from '../site.ts';
import { rootFrom } from './base-path.ts';
import { ShortcutHelp } from './shortcut-help.tsx';
import { SiteHeader } from './site-header.tsx';

/** The name of a page, in `data-page`. */
export type PageName =
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
  /** Replaces the heading. */
  readonly heading?: Child;
  /** Buttons and links beside the heading. */
  readonly actions?: Child;
  /**
   * The live events of the page. `list`: the rows of its list. `changes`: changes of deliveries and of the queue, after which
   * the page is fetched again. `rejections`: the same, and rejected requests. If omitted, the page is not live.
   */
  readonly live?: 'list' | 'changes' | 'rejections' | undefined;
}

/** Send a page with its document, navigation and assets. */
export async function sendPage(
  c: Context<SiteEnv>,
  site: Site,
  parts: PageParts,
  status: 200 | 400 | 404 | 500 | 503 = 200,
): Promise<Response> {
  const dead = parts.page === 'error' ? 0 : ((await site.health())?.dead ?? 0);
  const document = await (<Page site={site} root={rootFrom(c.req.path)} dead={dead} {...parts} />).toString();
  return c.html(`<!doctype html>${document}`, status);
}

const streams = { list: 'live', changes: 'live/changes', rejections: 'live/rejections' };

/** The pages whose actions change with their delivery or rejected request. */
const regionPages: readonly PageName[] = ['delivery', 'rejection'];

function Page({ site, root, dead, ...parts }: PageParts & { site: Site; root: string; dead: number }) {
  const { page, title, content, heading = <h1>{title}</h1>, actions, live } = parts;
  const assets = `${root}assets/${site.assets.version}`;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{printable(`${title} · ${site.settings.title}`)}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href={`${assets}/inspector.css`} />
        {page === 'overview' && <script defer src={`${assets}/uplot.js`}></script>}
        <script type="module" src={`${assets}/main.js`}></script>
      </head>
      <body data-page={page} data-live={live && `${root}${streams[live]}`}>
        <a class="skip" href="#content">
          Skip to content
        </a>
        <SiteHeader site={site} root={root} page={page} dead={dead} />
        <main id="content" tabindex={-1}>
          <div class="page-head">
            {heading}
            {actions !== undefined && (
              <div class="actions" data-region={regionPages.includes(page) ? 'actions' : undefined}>
                {actions}
              </div>
            )}
          </div>
          {content}
        </main>
        <ShortcutHelp />
      </body>
    </html>
  );
}
