import { isIP } from 'node:net';
import type { EventContext } from '@spiderfoot-webhooks/core';
import type { Severity, SeverityMap } from '@spiderfoot-webhooks/core/events';
import { type Data, isData } from '../events/event-data.ts';
import { isGroup } from '../events/event-group.ts';
import type { EventKind } from '../events/event-kind.ts';
import { kindOf, nameOf } from '../events/event-types.ts';
import { messageOf } from '../events/message.ts';
import { severityOf } from '../events/severity.ts';
import type { AnyEvent } from '../forwarder.ts';
import { clean, textOf } from '../text/clean-text.ts';
import { toJson } from '../text/well-formed-json.ts';
import { type Observable, observablesIn } from './observables.ts';

/** An event and the values extracted from it. Every format is written from a record. */
export interface SiemRecord {
  readonly event: AnyEvent;
  /** The delivery's id. It is the same for every retry. */
  readonly id: string;
  readonly receivedAt: Date;
  /** The signed body. For a group, which has no signed body, its JSON. */
  readonly original: string;
  /** The time that the event states, in ISO 8601. If that time is not usable, this is the time of arrival. */
  readonly timestamp: string;
  readonly time: Date;
  readonly severity: Severity;
  readonly kind: EventKind;
  /** A fixed name for each event type, without values of the event: `High Risk Finding`. */
  readonly name: string;
  /** A title of one line: `SpiderFoot High Risk Finding: example.com`. */
  readonly title: string;
  /** The title's details: `Target: example.com; Finding: CVE-2021-44228`. */
  readonly summary: string;
  /** The target, cleaned and bounded, as are the texts below. `undefined` if the event has no target. */
  readonly target: string | undefined;
  /** The target, if it is an address or looks like a host name. */
  readonly ip: string | undefined;
  readonly host: string | undefined;
  readonly scanId: string | undefined;
  readonly module: string | undefined;
  readonly rule: string | undefined;
  /** The CVEs that the event names, in uppercase, without duplicates. */
  readonly cves: readonly string[];
  /** The hosts, addresses, URLs and hashes in the data. */
  readonly observables: readonly Observable[];
  /** The user who started the scan, from the metadata. */
  readonly user: string | undefined;
  readonly error: string | undefined;
  /** SpiderFoot's version. */
  readonly version: string | undefined;
}

const longestName = 255;
const longestText = 1000;

/** @param severities the user's severities by event type, which replace the kit's */
export function toRecord(event: AnyEvent, context: EventContext, severities: SeverityMap): SiemRecord {
  const data: Data = isData(event.data) ? event.data : {};
  const read = (value: unknown, maxLength = longestName) => clean(textOf(value), maxLength) || undefined;
  const { title, fields } = messageOf(event);
  const timestamp = isUsable(event.timestamp) ? event.timestamp : context.receivedAt.toISOString();
  const target = read(targetOf(data));
  return {
    event,
    id: context.id,
    receivedAt: context.receivedAt,
    original: isGroup(event) ? toJson(event) : context.wire.body,
    timestamp,
    time: new Date(timestamp),
    severity: severityOf(event, severities),
    kind: kindOf(event.event_type),
    name: isGroup(event) ? 'Group of Events' : nameOf(event.event_type),
    title,
    summary: clean(fields.map(({ title, value }) => `${title}: ${value}`).join('; '), longestText),
    target,
    ip: target !== undefined && isIP(target) !== 0 ? target : undefined,
    host: target !== undefined && isIP(target) === 0 && hostName.test(target) ? target : undefined,
    scanId: read(data.scan_id),
    module: read(data.module),
    rule: read(data.rule_name),
    cves: cvesIn(data),
    observables: observablesIn(data),
    user: read(event.metadata.user),
    error: read(data.error, longestText),
    version: read(event.version, 31),
  };
}

/** The target of an alert is in its `context`, that of a task in its `meta`. */
function targetOf(data: Data): unknown {
  const [context, meta] = [data.context, data.meta].map((member) => (isData(member) ? member.target : null));
  return data.target ?? data.asset ?? context ?? meta;
}

const hostName = /^(?=.{1,253}$)[\p{L}\p{N}_]([\p{L}\p{N}_-]{0,62}\.)*[\p{L}\p{N}_-]{1,63}$/u;

/** Return whether every SIEM accepts a time. Databases accept different ranges of years, but all accept 1970 to 9999. */
function isUsable(timestamp: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT/.test(timestamp)) return false;
  const time = Date.parse(timestamp);
  return time >= 0 && time <= Date.UTC(9999, 11, 31);
}

/** The members that can name a vulnerability, the most specific first. */
const cveMembers = [
  'cve_id',
  'cve',
  'cve_ids',
  'cves',
  'vulnerability_id',
  'vulnerability',
  'vulnerabilities',
];
const describingMembers = ['data', 'title', 'description', 'message'];

/** The maximum number of CVEs for one event. */
const mostCves = 50;

function cvesIn(data: Data): readonly string[] {
  const text = [...cveMembers, ...describingMembers]
    .map((name) => textOf(data[name]).slice(0, 4 * longestText))
    .join(' ');
  const found = text.matchAll(/\bCVE-\d{4}-\d{4,19}\b/gi);
  return [...new Set(Array.from(found, ([cve]) => cve.toUpperCase()))].slice(0, mostCves);
}
