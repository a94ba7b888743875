import * as z from 'zod';
import { defineEvents } from './define-events.ts';
import { text, time } from './fields.ts';

const alert = z.looseObject({
  rule_name: text(),
  severity: text(),
  message: text(),
  timestamp: time(),
  acknowledged: z.boolean().nullish(),
  context: z.unknown().optional(),
});

export const alertEvents = defineEvents({
  'alert.critical': { schema: alert, category: 'alert', severity: 'CRITICAL' },
  'alert.high': { schema: alert, category: 'alert', severity: 'HIGH' },
  'alert.medium': { schema: alert, category: 'alert', severity: 'MEDIUM' },
  'alert.low': { schema: alert, category: 'alert', severity: 'LOW' },
  'alert.info': { schema: alert, category: 'alert', severity: 'INFO' },
});
