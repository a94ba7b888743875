import type { ReplayOptions } from '@spiderfoot-webhooks/core/stores';
import type { Hono } from 'hono';
import { readFilters } from '../filters/filters.ts';
import { canReplay, createRoutes, type Site, type SiteEnv } from '../site.ts';
import { findDelayed } from './find-delayed.ts';
import { readForm } from './read-form.ts';
import { readTargets, replayTargets } from './replay-targets.ts';

/** The most deliveries of one form. A page has fewer. */
const mostKeys = 1000;

/** The replay of selected deliveries. */
export function replayRoutes(site: Site): Hono<SiteEnv> {
  const app = createRoutes();
  app.post('/replay', async (c) => {
    if (!canReplay(site)) return c.text('This inspector cannot replay deliveries.\n', 403);
    const { keys, back, delivery, allDelayed, allHandlers } = readForm(await c.req.formData());
    if (keys.length > mostKeys) return c.text(`Replay at most ${mostKeys} deliveries at once.\n`, 400);
    const options: ReplayOptions = { handlers: allHandlers ? 'all' : undefined };
    const newestFirst = back.get('order') === 'oldest' ? keys.toReversed() : keys;
    const targets = allDelayed
      ? await findDelayed(site, readFilters(back))
      : await readTargets(site, newestFirst);
    for (const [name, value] of await replayTargets(site, targets, options)) back.set(name, value);
    back.set('selected', String(targets.length));
    const page = delivery === undefined ? 'deliveries' : `deliveries/${encodeURIComponent(delivery)}`;
    return c.redirect(`${page}?${back}`, 303);
  });
  return app;
}
