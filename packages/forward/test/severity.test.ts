import { type Severity, severities, severityOf as severityInCore } from '@spiderfoot-webhooks/core/events';
import { samples } from '@spiderfoot-webhooks/core/testing';
import { describe, expect, it, vi } from 'vitest';
import { toDiscord } from '../src/discord/message.ts';
import { composeMail } from '../src/email/mail.ts';
import { type AnyEvent, type Level, messageOf, minSeverity, severityOf } from '../src/index.ts';
import { cefText } from '../src/siem/formats/cef.ts';
import { elasticDocument } from '../src/siem/formats/elastic.ts';
import { guideSeverities } from '../src/siem/formats/guide.ts';
import { ocsfDocument } from '../src/siem/formats/ocsf.ts';
import { splunkDocument } from '../src/siem/formats/splunk.ts';
import { toRecord } from '../src/siem/record.ts';
import { syslogMessage } from '../src/siem/targets/syslog-message.ts';
import { toSlack } from '../src/slack/message.ts';
import { toTeams } from '../src/teams/message.ts';
import { parseCef } from './support/cef.ts';
import { received } from './support/events.ts';

const { event: webhookTest, context } = await received('webhook.test');
const eventOf = (event_type: string, data: unknown = {}): AnyEvent => ({ ...webhookTest, event_type, data });

/** Every scale that shows a severity. `good` replaces `info` for good news. */
const scales: Readonly<
  Record<
    Severity,
    {
      readonly levels: readonly Level[];
      readonly cef: string;
      readonly syslog: number;
      readonly ocsf: number;
      readonly elastic: number;
      readonly splunk: string;
    }
  >
> = {
  INFO: { levels: ['info', 'good'], cef: '1', syslog: 6, ocsf: 1, elastic: 1, splunk: 'informational' },
  LOW: { levels: ['info', 'good'], cef: '3', syslog: 5, ocsf: 2, elastic: 21, splunk: 'low' },
  MEDIUM: { levels: ['warning'], cef: '5', syslog: 4, ocsf: 3, elastic: 47, splunk: 'medium' },
  HIGH: { levels: ['danger'], cef: '8', syslog: 3, ocsf: 4, elastic: 73, splunk: 'high' },
  CRITICAL: { levels: ['danger'], cef: '10', syslog: 2, ocsf: 5, elastic: 99, splunk: 'critical' },
};

/** The color of each level in each chat. */
const colors: Readonly<Record<Level, { slack: string; discord: number; teams: string; mail: string }>> = {
  good: { slack: 'good', discord: 0x2eb886, teams: 'good', mail: '#2e7d32' },
  info: { slack: '#439FE0', discord: 0x439fe0, teams: 'emphasis', mail: '#1565c0' },
  warning: { slack: 'warning', discord: 0xdaa038, teams: 'warning', mail: '#b26a00' },
  danger: { slack: 'danger', discord: 0xa30200, teams: 'attention', mail: '#b71c1c' },
};

/** The severities for which `minSeverity` forwards an event. */
async function thresholdsOf(event: AnyEvent): Promise<Severity[]> {
  const passed: Severity[] = [];
  for (const severity of severities) {
    const handler = vi.fn();
    await minSeverity(severity, handler)(event, context);
    if (handler.mock.calls.length > 0) passed.push(severity);
  }
  return passed;
}

async function expectEverywhere(event: AnyEvent, severity: Severity): Promise<void> {
  const { levels, cef, syslog, ocsf, elastic, splunk } = scales[severity];
  expect(severityInCore(event)).toBe(severity);
  expect(severityOf(event)).toBe(severity);
  expect(await thresholdsOf(event)).toEqual(severities.slice(0, severities.indexOf(severity) + 1));

  const message = messageOf(event);
  expect(levels).toContain(message.level);
  const { slack, discord, teams, mail } = colors[message.level];
  expect(toSlack(message).attachments[0]?.color).toBe(slack);
  expect(toDiscord(message).embeds[0]?.color).toBe(discord);
  expect(toTeams(message).attachments[0]?.content.body[0]?.style).toBe(teams);
  expect(composeMail(event, context).html).toContain(`color:${mail}`);

  const record = toRecord(event, context, {});
  expect(parseCef(cefText(record, 8192)).header[6]).toBe(cef);
  const settings = { facility: 16, hostname: 'scanner1', maxSize: 8192 };
  const priority = 16 * 8 + syslog;
  expect(syslogMessage(record, settings, () => '').toString()).toMatch(new RegExp(`^<${priority}>`));
  expect(ocsfDocument(record).severity_id).toBe(ocsf);
  expect(elasticDocument(record).event.severity).toBe(elastic);
  expect(splunkDocument(record, {}).event.severity).toBe(splunk);
}

describe('an event', () => {
  it.each<[string, Severity]>([
    ['malware_detected', 'CRITICAL'],
    ['vulnerability_found', 'HIGH'],
    ['medium_risk_event', 'MEDIUM'],
    ['correlation_completed', 'LOW'],
    ['scan_started', 'INFO'],
    ['a.type.of.tomorrow', 'LOW'],
  ])(
    'an event of the type %s has the severity %s in chats, mails, SIEM formats and minSeverity',
    async (type, severity) => {
      await expectEverywhere(eventOf(type), severity);
    },
  );

  it.each(Object.keys(samples))(
    'an event of the known type %s has the severity of core in chats, mails, SIEM formats and minSeverity',
    async (type) => {
      const event = eventOf(type);
      await expectEverywhere(event, severityInCore(event));
    },
  );

  it.each(severities)(
    'an event that states %s has this severity in chats, mails, SIEM formats and minSeverity',
    async (severity) => {
      for (const type of ['malware_detected', 'scan_started', 'a.type.of.tomorrow']) {
        await expectEverywhere(eventOf(type, { severity: severity.toLowerCase() }), severity);
      }
    },
  );
});

it('guideSeverities has LOW for all types but three, as the guide does', () => {
  const others = Object.entries(guideSeverities).filter(([, severity]) => severity !== 'LOW');
  expect(Object.fromEntries(others)).toEqual({
    scan_failed: 'MEDIUM',
    high_risk_event: 'HIGH',
    medium_risk_event: 'MEDIUM',
  });
  expect(Object.keys(guideSeverities).length).toBe(15);
});
