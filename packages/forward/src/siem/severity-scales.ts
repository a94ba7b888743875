import type { Severity } from '@spiderfoot-webhooks/core/events';

/** A severity in each scale. */
interface Scales {
  /** Splunk's Common Information Model. */
  readonly word: string;
  /** CEF: 0 to 10. */
  readonly cef: number;
  /** RFC 5424: 0 is the most severe. */
  readonly syslog: number;
  /** OCSF's `severity_id`, and its caption. */
  readonly ocsf: number;
  readonly caption: string;
  /** The risk scores of Elastic's detection rules. */
  readonly elastic: number;
}

export const severityScales: Readonly<Record<Severity, Scales>> = {
  INFO: { word: 'informational', cef: 1, syslog: 6, ocsf: 1, caption: 'Informational', elastic: 1 },
  LOW: { word: 'low', cef: 3, syslog: 5, ocsf: 2, caption: 'Low', elastic: 21 },
  MEDIUM: { word: 'medium', cef: 5, syslog: 4, ocsf: 3, caption: 'Medium', elastic: 47 },
  HIGH: { word: 'high', cef: 8, syslog: 3, ocsf: 4, caption: 'High', elastic: 73 },
  CRITICAL: { word: 'critical', cef: 10, syslog: 2, ocsf: 5, caption: 'Critical', elastic: 99 },
};
