/**
 * Send SpiderFoot's events to a SIEM: Splunk, Elasticsearch, an OCSF collector, a CEF collector over syslog, or the SIEM
 * that SpiderFoot's Webhook Integration Guide describes.
 * @packageDocumentation
 */
import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { readSeverities } from '../events/severity.ts';
import { type Forwarder, toForwarder } from '../forwarder.ts';
import { guideSeverities } from './formats/guide.ts';
import type { SiemOptions } from './options.ts';
import { toRecord } from './record.ts';
import type { Target } from './target.ts';
import { bulkTarget } from './targets/elasticsearch-bulk.ts';
import { guideTarget, ocsfTarget } from './targets/json-post.ts';
import { hecTarget } from './targets/splunk-hec.ts';
import { cefTarget } from './targets/syslog.ts';

export type { Severity, SeverityMap } from '@spiderfoot-webhooks/core/events';
export type {
  BatchOptions,
  CefOptions,
  ElasticOptions,
  GuideOptions,
  OcsfOptions,
  SiemOptions,
  SplunkOptions,
} from './options.ts';

/**
 * Forward events to a SIEM. `format` selects the kind of SIEM. The handler resolves once the SIEM has accepted the event.
 * Syslog has no acknowledgment, so with the format `cef`, the handler resolves once the operating system has accepted it.
 * @throws ConfigurationError that names the option, at startup
 * @example
 * const forward = siem({ endpoint: 'https://siem.example.com', apiKey: process.env.SIEM_KEY ?? '' });
 * receiver.onAny(forward, { name: 'siem' });
 * @see SpiderFoot's Webhook Integration Guide, "SIEM Integration"
 */
export function siem(options: SiemOptions): Forwarder {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError('endpoint', 'is missing. Call siem({ endpoint, apiKey }).');
  }
  const userSeverities = readSeverities('severities', options.severities);
  const severities = isGuide(options) ? { ...guideSeverities, ...userSeverities } : userSeverities;
  const target = createTarget(options);
  return toForwarder(
    (event, context) => target.send(toRecord(event, context, severities), context),
    () => target.close(),
  );
}

function isGuide({ format }: SiemOptions): boolean {
  return format === undefined || format === 'guide';
}

function createTarget(options: SiemOptions): Target {
  switch (options.format) {
    case undefined:
    case 'guide':
      return guideTarget(options);
    case 'splunk':
      return hecTarget(options);
    case 'elastic':
      return bulkTarget(options);
    case 'ocsf':
      return ocsfTarget(options);
    case 'cef':
      return cefTarget(options);
    default:
      throw new ConfigurationError('format', 'must be "guide", "splunk", "elastic", "ocsf" or "cef".');
  }
}
