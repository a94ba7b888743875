import { samples } from '@spiderfoot-webhooks/core/testing';
import { describe, expect, it } from 'vitest';
import { toDiscord } from '../../src/discord/message.ts';
import { groupOf } from '../../src/events/event-group.ts';
import { nameOf } from '../../src/events/event-types.ts';
import { type Message, messageOf } from '../../src/index.ts';
import { toSlack } from '../../src/slack/message.ts';
import { toTeams } from '../../src/teams/message.ts';
import { eventOf, slackOf, textsIn } from '../support/messages.ts';

const types = Object.keys(samples);
const sampleOf = (type: string) =>
  eventOf(type, Object.entries(samples).find(([name]) => name === type)?.[1]);

describe('scan_completed in Slack', () => {
  const scan = { target: 'example.com', events_found: 1234, duration: 3600 };
  it.each([
    ['danger', { high_risk_events: 5, medium_risk_events: 3 }, '5'],
    ['warning', { high_risk_events: 0, medium_risk_events: 3 }, '0'],
    ['warning', { medium_risk_events: 3 }, '0'],
    ['good', { high_risk_events: 0, medium_risk_events: 0 }, '0'],
    ['good', {}, '0'],
    ['good', { high_risk_events: null }, '0'],
  ])("has the guide's message in the color %s with %j", (color, counts, high) => {
    const { text, attachments } = slackOf(eventOf('scan_completed', { ...scan, ...counts }));
    expect(text).toBe('SpiderFoot Scan Completed: example.com');
    const plain = (text: string) => ({ type: 'plain_text', text, emoji: false });
    expect(attachments).toEqual([
      {
        color,
        fallback: text,
        blocks: [
          {
            type: 'section',
            fields: [
              plain('Target\nexample.com'),
              plain('Events Found\n1234'),
              plain(`High Risk\n${high}`),
              plain('Duration\n3600 seconds'),
            ],
          },
        ],
      },
    ]);
  });
});

/** Formats a message as one line. */
function lineOf({ title, level, fields }: Message): string {
  return [`${level}: ${title}`, ...fields.map(({ title, value }) => `${title}=${value}`)].join(' | ');
}

describe('messageOf', () => {
  it.each(types)('describes %s by its type, its subject, and values of its sample', (type) => {
    const sample = sampleOf(type);
    const { title, fields } = messageOf(sample);
    expect(title).toMatch(new RegExp(`^SpiderFoot ${nameOf(type)}(: .+)?$`));
    expect(fields.length).toBeGreaterThan(0);
    const values = JSON.stringify(sample.data);
    for (const { value } of fields) {
      // A number can be displayed as a percentage, and a list with commas.
      const displayed = value.replace(/ (%|seconds)$/, '').split(', ');
      const known = displayed.every(
        (part) => values.includes(part) || values.includes(`${Number(part) / 100}`),
      );
      expect(known || values.includes(value), value).toBe(true);
    }
  });

  it('uses a different name for each type', () => {
    expect(new Set(types.map(nameOf)).size).toBe(types.length);
  });

  it.each([
    [
      'scan_failed',
      'warning: SpiderFoot Scan Failed: example.com | Target=example.com | Scan=scan_12345 | Status=ERROR-FAILED | Error=The target does not resolve | Duration=12 seconds',
    ],
    [
      'high_risk_event',
      'danger: SpiderFoot High Risk Finding: example.com | Target=example.com | Type=VULNERABILITY_CVE_CRITICAL | Finding=CVE-2021-44228 | Module=sfp_vulndb | Scan=scan_12345',
    ],
    [
      'multi_scan_completed',
      'good: SpiderFoot Multi-Target Scan Completed: ws_abc123 | Workspace=ws_abc123 | Targets=example.com, example.org',
    ],
    [
      'task.completed',
      'good: SpiderFoot Task Completed: task_7f3a | Task=task_7f3a | Type=scan | Progress=100 % | Elapsed=2.75 seconds',
    ],
    [
      'alert.info',
      `info: SpiderFoot Alert: open-database | Message=${samples['alert.info'].message} | Rule=open-database | Severity=info | Context={"target":"example.com"}`,
    ],
    [
      'asset.risk_changed',
      'warning: SpiderFoot Asset Risk Changed: www.example.com | Asset=www.example.com | From=low | To=high',
    ],
    ['export.ready', 'good: SpiderFoot Export Ready | Scan=scan_12345 | Format=json'],
  ])('describes %s in one title and its fields', (type, line) => {
    expect(lineOf(messageOf(sampleOf(type)))).toBe(line);
  });

  it.each(types)('displays every field of %s in Slack', (type) => {
    const message = messageOf(sampleOf(type));
    expect(textsIn(slackOf(sampleOf(type)))).toEqual(
      expect.arrayContaining(message.fields.map(({ title, value }) => `${title}\n${value}`)),
    );
  });

  it.each<[string, unknown, string]>([
    [
      'brand.new',
      { target: 'example.com', count: 3, list: ['a', 'b'], nested: { a: 1 }, nothing: null },
      'info: SpiderFoot brand.new: example.com | target=example.com | count=3 | list=["a","b"] | nested={"a":1}',
    ],
    ['empty', {}, 'info: SpiderFoot empty'],
    ['toString', {}, 'info: SpiderFoot toString'],
    [
      '__proto__',
      JSON.parse('{"__proto__": {"target": "x"}, "constructor": 1}'),
      'info: SpiderFoot __proto__ | __proto__={"target":"x"} | constructor=1',
    ],
    ['not.an.object', 'text', 'info: SpiderFoot not.an.object'],
  ])('describes an unknown event by its type and the first members of its data: %s', (type, data, line) => {
    expect(lineOf(messageOf(eventOf(type, data)))).toBe(line);
  });

  it('escapes the markup in an unknown type and its data for each chat', () => {
    const message = messageOf(eventOf('\u001b[31m<!channel>', { '<!here>': '<@U1>' }));
    const slackMessage = toSlack(message);
    expect(slackMessage.text).toBe('SpiderFoot [31m&lt;!channel&gt;');
    expect(slackMessage.attachments[0]?.blocks[0]?.fields[0]?.text).toBe('&lt;!here&gt;\n&lt;@U1&gt;');
    expect(toDiscord(message)).toMatchObject({
      allowed_mentions: { parse: [] },
      embeds: [{ title: 'SpiderFoot [31m<!channel>', fields: [{ name: '<!here>', value: '`<@U1>`' }] }],
    });
    expect(toTeams(message).attachments[0]?.content.body[0]?.items).toMatchObject([
      { inlines: [{ type: 'TextRun', text: 'SpiderFoot [31m<!channel>' }] },
      {
        inlines: [
          { type: 'TextRun', text: '<!here>: ' },
          { type: 'TextRun', text: '<@U1>' },
        ],
      },
    ]);
  });

  it.each([
    ['vulnerability_found', { severity: 'critical' }, 'danger'],
    ['vulnerability_found', { severity: 'low' }, 'info'],
    ['malware_detected', {}, 'danger'],
    ['scan_completed', { risk: 'Moderate' }, 'warning'],
    ['task.completed', {}, 'good'],
    ['brand.new', { level: 'error' }, 'danger'],
    ['brand.new', {}, 'info'],
  ])('colors %s with %j by its severity: %s', (type, data, level) => {
    expect(messageOf(eventOf(type, data)).level).toBe(level);
  });

  it('writes a completed scan as a Discord embed', () => {
    expect(toDiscord(messageOf(sampleOf('scan_completed')))).toEqual({
      allowed_mentions: { parse: [] },
      embeds: [
        {
          title: 'SpiderFoot Scan Completed: example.com',
          color: 0xa30200,
          fields: [
            { name: 'Target', value: '`example.com`', inline: true },
            { name: 'Events Found', value: '`1234`', inline: true },
            { name: 'High Risk', value: '`5`', inline: true },
            { name: 'Duration', value: '`3600 seconds`', inline: true },
          ],
        },
      ],
    });
  });

  it('writes a completed scan as an Adaptive Card for Teams', () => {
    const field = (title: string, value: string) => ({
      type: 'RichTextBlock',
      spacing: 'Small',
      inlines: [
        { type: 'TextRun', text: `${title}: `, weight: 'Bolder' },
        { type: 'TextRun', text: value },
      ],
    });
    const title = 'SpiderFoot Scan Completed: example.com';
    const headline = { type: 'TextRun', text: title, weight: 'Bolder', size: 'Medium' };
    expect(toTeams(messageOf(sampleOf('scan_completed')))).toEqual({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          contentUrl: null,
          content: {
            $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
            type: 'AdaptiveCard',
            version: '1.4',
            fallbackText: title,
            body: [
              {
                type: 'Container',
                style: 'attention',
                items: [
                  { type: 'RichTextBlock', inlines: [headline] },
                  field('Target', 'example.com'),
                  field('Events Found', '1234'),
                  field('High Risk', '5'),
                  field('Duration', '3600 seconds'),
                ],
              },
            ],
          },
        },
      ],
    });
  });

  it('describes a group by the number of events of each type, their subjects, and the most severe level', () => {
    const group = groupOf([
      ...Array.from({ length: 3 }, () => sampleOf('high_risk_event')),
      eventOf('scan_progress', { target: 'example.org' }),
    ]);
    expect(messageOf(group)).toEqual({
      title: 'SpiderFoot: 4 events',
      level: 'danger',
      fields: [
        { title: 'High Risk Finding', value: '3' },
        { title: 'Scan Progress', value: '1' },
        { title: 'About', value: 'example.com, example.org' },
      ],
    });
  });

  it('ignores a count that is an object with its own valueOf', () => {
    const count = { valueOf: 1, toString: 1 };
    const forged = eventOf('multi_scan_completed', { high_risk_events: count, medium_risk_events: count });
    expect(messageOf(forged).level).toBe('good');
  });

  it('describes a received event of the type event_group like any unknown event', () => {
    const forged = eventOf('event_group', { count: 1e9, events: 'none' });
    expect(messageOf(forged).title).toBe('SpiderFoot event_group');
  });
});
