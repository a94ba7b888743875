import * as z from 'zod';
import { defineEvents } from './define-events.ts';
import { anyObject, scanFields, text } from './fields.ts';

/** In a finding, `event_type` and `data` are values of SpiderFoot's scan, for example `IP_ADDRESS` and `192.0.2.1`. */
const finding = z.looseObject({
  ...scanFields,
  event_type: text(),
  data: z.unknown().optional(),
  module: text(),
});

export const findingEvents = defineEvents({
  high_risk_event: {
    schema: finding,
    category: 'finding',
    // Only the notification channel uses this name.
    aliases: ['high_severity'],
    severity: 'HIGH',
  },
  medium_risk_event: { schema: finding, category: 'finding', severity: 'MEDIUM' },
  vulnerability_found: {
    schema: finding,
    category: 'finding',
    aliases: ['vulnerability.detected'],
    severity: 'HIGH',
  },
  malware_detected: { schema: finding, category: 'finding', severity: 'CRITICAL' },

  'finding.new': { schema: anyObject, category: 'finding', severity: 'LOW' },
  'finding.critical': { schema: anyObject, category: 'finding', severity: 'CRITICAL' },
  'event.new': { schema: anyObject, category: 'event', severity: 'LOW' },
  'event.false_positive': { schema: anyObject, category: 'event', severity: 'INFO' },
});
