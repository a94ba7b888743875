/** From the least to the most severe. */
export const severities = ['INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;

/** How urgently a person should look at an event. */
export type Severity = (typeof severities)[number];

/** Severities by event type. Use the canonical names of types: `scan_completed`, not its alias `scan.complete`. */
export type SeverityMap = Readonly<Record<string, Severity>>;
