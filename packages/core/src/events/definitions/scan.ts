import * as z from 'zod';
import { defineEvents } from './define-events.ts';
import { number, scanFields, text } from './fields.ts';

const isListOfStrings = (value: unknown) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** The fields of the guide's `scan_completed`. Its other scan events have some of them. */
const summaryFields = {
  ...scanFields,
  target_type: text(),
  status: text(),
  events_found: number(),
  high_risk_events: number(),
  medium_risk_events: number(),
  /** Seconds. */
  duration: number(),
  // One check for the complete array. With a check for each item, half a million invalid items would take 1.5 s.
  modules_used: z.custom<string[]>(isListOfStrings, 'Expected a list of strings').nullish(),
};
const summary = z.looseObject(summaryFields);
const scan = z.looseObject(scanFields);

export const scanEvents = defineEvents({
  scan_started: { schema: summary, category: 'scan', aliases: ['scan.started'], severity: 'INFO' },
  scan_completed: {
    schema: summary,
    category: 'scan',
    aliases: ['scan.complete', 'scan.completed'],
    severity: 'INFO',
  },
  scan_failed: {
    schema: z.looseObject({ ...summaryFields, error: z.unknown().optional() }),
    category: 'scan',
    aliases: ['scan.error', 'scan.failed'],
    severity: 'MEDIUM',
  },
  scan_progress: { schema: summary, category: 'scan', aliases: ['scan.progress'], severity: 'INFO' },

  'scan.created': { schema: scan, category: 'scan', severity: 'INFO' },
  'scan.stopped': { schema: scan, category: 'scan', severity: 'LOW' },
  'scan.aborted': { schema: scan, category: 'scan', severity: 'MEDIUM' },
  'scan.deleted': { schema: scan, category: 'scan', severity: 'INFO' },
  'scan.archived': { schema: scan, category: 'scan', severity: 'INFO' },
  'scan.unarchived': { schema: scan, category: 'scan', severity: 'INFO' },
  'scan.rerun': { schema: scan, category: 'scan', severity: 'INFO' },
  'scan.cloned': { schema: scan, category: 'scan', severity: 'INFO' },
});
