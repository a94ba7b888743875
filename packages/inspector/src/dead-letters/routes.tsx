import type { Hono } from 'hono';
import { ReplayNotice } from '../layout/notice.tsx';
import { sendPage } from '../layout/page.tsx';
import { remembered } from '../overview/remembered.ts';
import { replayTargets } from '../replay/replay-targets.ts';
import { canReplay, createRoutes, type Site, type SiteEnv } from '../site.ts';
import { readDeadLetters } from './groups.ts';
import { DeadLettersView } from './view.tsx';

/** The page of dead letters, and the replay of a group. */
export function deadLetterRoutes(site: Site): Hono<SiteEnv> {
  const app = createRoutes();
  // After a change, each open page reads the groups again.
  const share = () => remembered(() => readDeadLetters(site.store), String);
  let read = share();

  app.get('/dead-letters', async (c) => {
    const query = new URL(c.req.url).searchParams;
    const letters = await read(undefined);
    const chosen = letters.groups.find(({ id }) => id === query.get('group'));
    const parts = { letters, chosen, canReplay: canReplay(site), csrfToken: c.get('csrfToken') };
    const content = (
      <>
        <ReplayNotice query={query} listHref="deliveries">
          {' Deliveries that fail again return to this page. To watch the handlers, open the '}
          <a href="./?range=hour&amp;by=result">overview</a>.
        </ReplayNotice>
        <DeadLettersView {...parts} />
      </>
    );
    return sendPage(c, site, { page: 'dead-letters', title: 'Dead letters', content, live: 'changes' });
  });

  app.post('/dead-letters/replay', async (c) => {
    if (!canReplay(site)) return c.text('This inspector cannot replay deliveries.\n', 403);
    const wanted = (await c.req.formData()).get('group');
    const { groups } = await readDeadLetters(site.store);
    const group = groups.find(({ id }) => id === wanted);
    const replayed = await replayTargets(site, group?.deliveries ?? []);
    read = share();
    return c.redirect(`../dead-letters?${replayed}`, 303);
  });

  return app;
}
