import type { DeliveryStore, StoreCapability, StoreHealth } from '@spiderfoot-webhooks/core/stores';
import { Hono } from 'hono';
import type { Assets } from './assets/load-assets.ts';
import type { EventSeverities } from './deliveries/event-severities.ts';
import type { StoredTypes } from './filters/event-types.ts';
import type { Settings } from './options.ts';
import type { Diagnoser } from './rejected/diagnoser.ts';
import type { RecentReplays } from './replay/recent-replays.ts';

/** The parts that all pages share. */
export interface Site {
  readonly store: DeliveryStore;
  readonly settings: Settings;
  readonly assets: Assets;
  readonly storedTypes: StoredTypes;
  readonly severities: EventSeverities;
  readonly diagnoser: Diagnoser;
  readonly replays: RecentReplays;
  /** Return the numbers of the queue, at most some seconds old. `undefined` if the store does not know them. */
  health(): Promise<StoreHealth | undefined>;
}

/** The variables of a request. */
export interface SiteEnv {
  readonly Variables: {
    /** The token that a form sends back. */
    readonly csrfToken: string;
  };
}

/** Create the routes of one page. */
export function createRoutes(): Hono<SiteEnv> {
  return new Hono<SiteEnv>();
}

export function canDo({ store }: Pick<Site, 'store'>, capability: StoreCapability): boolean {
  return store.capabilities.has(capability);
}

/** Whether the pages show forms that replay deliveries. */
export function canReplay(site: Pick<Site, 'store' | 'settings'>): boolean {
  return !site.settings.readOnly && canDo(site, 'replay');
}
