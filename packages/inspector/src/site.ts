import type { DeliveryStore } from '@spiderfoot-webhooks/core/stores';
import type { Assets } from './assets/load-assets.ts';
import type { Settings } from './options.ts';

/** What every page needs. */
export interface Site {
  readonly store: DeliveryStore;
  readonly settings: Settings;
  readonly assets: Assets;
}
