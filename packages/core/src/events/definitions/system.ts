import * as z from 'zod';
import { defineEvents } from './define-events.ts';
import { anyObject, scanFields, text, time } from './fields.ts';

export const systemEvents = defineEvents({
  system_alert: {
    schema: z.looseObject({ message: text(), severity: text() }),
    category: 'system',
    severity: 'MEDIUM',
  },
  resource_warning: {
    schema: z.looseObject({ message: text() }),
    category: 'system',
    severity: 'MEDIUM',
  },
  module_error: {
    schema: z.looseObject({ ...scanFields, module: text(), error: z.unknown().optional() }),
    category: 'system',
    aliases: ['module.error'],
    severity: 'MEDIUM',
  },

  'module.started': { schema: anyObject, category: 'module', severity: 'INFO' },
  'module.completed': { schema: anyObject, category: 'module', severity: 'INFO' },
  'module.timeout': { schema: anyObject, category: 'module', severity: 'MEDIUM' },
  'system.health': { schema: anyObject, category: 'system', severity: 'INFO' },
  'system.health_degraded': { schema: anyObject, category: 'system', severity: 'MEDIUM' },
  'system.config_changed': { schema: anyObject, category: 'system', severity: 'LOW' },
  'system.api_key_rotated': { schema: anyObject, category: 'system', severity: 'LOW' },
  'webhook.test': {
    schema: z.looseObject({ message: text(), timestamp: time(), webhook_id: text() }),
    category: 'webhook',
    severity: 'INFO',
  },
});
