import * as z from 'zod';

/**
 * `data` of the guide's fifteen events. Python writes `None` as `null` and leaves out what it does not know, so
 * every field may be either; a field that is there has the guide's type. Further fields are kept as they come.
 */

const text = () => z.string().nullish();
const number = () => z.number().nullish();
const isTexts = (value: unknown) =>
  Array.isArray(value) && value.every((member) => typeof member === 'string');

/** What every event of a scan tells. */
const scan = {
  scan_id: text(),
  target: text(),
};

/** The guide's payload of a scan, as `scan_completed` has it whole. */
const scanSummary = {
  ...scan,
  target_type: text(),
  status: text(),
  events_found: number(),
  high_risk_events: number(),
  medium_risk_events: number(),
  /** Seconds. */
  duration: number(),
  // One check for all: an array of half a million wrong members would make as many issues, in a second and a half.
  modules_used: z.custom<string[]>(isTexts, 'Expected a list of strings').nullish(),
};

/** A finding: `event_type` and `data` are those of SpiderFoot's own event, such as `IP_ADDRESS` and `192.0.2.1`. */
const finding = {
  ...scan,
  event_type: text(),
  data: z.unknown().optional(),
  module: text(),
};

export const guideData = {
  scan_started: z.looseObject(scanSummary),
  scan_completed: z.looseObject(scanSummary),
  scan_failed: z.looseObject({ ...scanSummary, error: z.unknown().optional() }),
  scan_progress: z.looseObject(scanSummary),

  high_risk_event: z.looseObject(finding),
  medium_risk_event: z.looseObject(finding),
  vulnerability_found: z.looseObject(finding),
  malware_detected: z.looseObject(finding),

  correlation_completed: z.looseObject(scan),
  cti_report_generated: z.looseObject(scan),
  workspace_created: z.looseObject({ workspace_id: text() }),
  multi_scan_completed: z.looseObject({ workspace_id: text() }),

  system_alert: z.looseObject({ message: text(), severity: text() }),
  resource_warning: z.looseObject({ message: text() }),
  module_error: z.looseObject({ ...scan, module: text(), error: z.unknown().optional() }),
};

/** The guide's four groups: `scan.*` takes all of the first, and so on. */
export const guideGroups = {
  scan: ['scan_started', 'scan_completed', 'scan_failed', 'scan_progress'],
  finding: ['high_risk_event', 'medium_risk_event', 'vulnerability_found', 'malware_detected'],
  workflow: ['correlation_completed', 'cti_report_generated', 'workspace_created', 'multi_scan_completed'],
  system: ['system_alert', 'resource_warning', 'module_error'],
} as const satisfies Record<string, readonly (keyof typeof guideData)[]>;
