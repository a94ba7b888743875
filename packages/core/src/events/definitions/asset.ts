import { defineEvents } from './define-events.ts';
import { anyObject } from './fields.ts';

export const assetEvents = defineEvents({
  'asset.discovered': { schema: anyObject, category: 'asset', severity: 'INFO' },
  'asset.risk_changed': { schema: anyObject, category: 'asset', severity: 'MEDIUM' },
  'monitor.change': {
    schema: anyObject,
    category: 'monitor',
    // Only the notification channel uses this name.
    aliases: ['subdomain_change'],
    severity: 'MEDIUM',
  },
});
