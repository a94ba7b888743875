import type { KnownBlock, MessageAttachment } from '@slack/types';
import { samples } from '@spiderfoot-webhooks/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { discord } from '../../src/discord/index.ts';
import { toDiscord } from '../../src/discord/message.ts';
import { groupOf } from '../../src/events/event-group.ts';
import { nameOf } from '../../src/events/event-types.ts';
import { type AnyEvent, type Forwarder, type Message, messageOf } from '../../src/index.ts';
import { slack } from '../../src/slack/index.ts';
import { toSlack } from '../../src/slack/message.ts';
import { teams } from '../../src/teams/index.ts';
import { toTeams } from '../../src/teams/message.ts';
import { formattingIn } from '../support/discord.ts';
import { received } from '../support/events.ts';
import { answers, startTarget } from '../support/target.ts';

function event(event_type: string, data: unknown): AnyEvent {
  return { event_type, timestamp: '2024-01-01T12:00:00Z', source: 'spiderfoot', data, metadata: {} };
}

/** As Slack's own types have it. */
function slackOf(given: AnyEvent): { text: string; blocks: KnownBlock[]; attachments: MessageAttachment[] } {
  return toSlack(messageOf(given));
}

/** Every text in a message, wherever it stands. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

const types = Object.keys(samples);
const sampleOf = (type: string) => event(type, Object.entries(samples).find(([name]) => name === type)?.[1]);

describe("The guide's message of a finished scan", () => {
  const scan = { target: 'example.com', events_found: 1234, duration: 3600 };
  it.each([
    ['danger', { high_risk_events: 5, medium_risk_events: 3 }, '5'],
    ['warning', { high_risk_events: 0, medium_risk_events: 3 }, '0'],
    ['warning', { medium_risk_events: 3 }, '0'],
    ['good', { high_risk_events: 0, medium_risk_events: 0 }, '0'],
    ['good', {}, '0'],
    ['good', { high_risk_events: null }, '0'],
  ])('is %s with %j', (color, counts, high) => {
    const { text, attachments } = slackOf(event('scan_completed', { ...scan, ...counts }));
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

describe('What is to be read of', () => {
  it.each(types)('names %s by its type and its subject, and shows only values of its sample', (type) => {
    const sample = sampleOf(type);
    const { title, fields } = messageOf(sample);
    expect(title).toMatch(new RegExp(`^SpiderFoot ${nameOf(type)}(: .+)?$`));
    expect(fields.length).toBeGreaterThan(0);
    const values = JSON.stringify(sample.data);
    for (const { value } of fields) {
      // A number can be shown as a percentage, and a list with commas.
      const shown = value.replace(/ (%|seconds)$/, '').split(', ');
      const known = shown.every((part) => values.includes(part) || values.includes(`${Number(part) / 100}`));
      expect(known || values.includes(value), value).toBe(true);
    }
  });

  it('has a different name for each type', () => {
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
  ])('describes %s', (type, line) => {
    expect(lineOf(messageOf(sampleOf(type)))).toBe(line);
  });

  it.each(types)('shows every field of %s in Slack', (type) => {
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
  ])('shows the type and the first members of the data of an unknown event: %s', (type, data, line) => {
    expect(lineOf(messageOf(event(type, data)))).toBe(line);
  });

  it('escapes the markup in an unknown type and its data for each chat', () => {
    const message = messageOf(event('\u001b[31m<!channel>', { '<!here>': '<@U1>' }));
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
    expect(messageOf(event(type, data)).level).toBe(level);
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

  it('a group: how many of what, about what, as alarming as the worst', () => {
    const group = groupOf([
      ...Array.from({ length: 3 }, () => sampleOf('high_risk_event')),
      event('scan_progress', { target: 'example.org' }),
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

  it('a count that is no number, and has a valueOf of its own, as none', () => {
    const count = { valueOf: 1, toString: 1 };
    const hostile = event('multi_scan_completed', { high_risk_events: count, medium_risk_events: count });
    expect(messageOf(hostile).level).toBe('good');
  });

  it('an event that calls itself a group, as of any other type', () => {
    const forged = event('event_group', { count: 1e9, events: 'none' });
    expect(messageOf(forged).title).toBe('SpiderFoot event_group');
  });
});

const smuggled =
  '<!channel> <!here|x> <@U123> <#C1> <https://evil.example|click> [a](https://evil.example) @everyone <@&1> & *b* _i_ ~s~ `c` ||d|| > q\n# h\r\u001b[2J\u0000\u0085\u2028\u202e\ud800 end';

describe('Nothing is smuggled in', () => {
  const hostile = event('high_risk_event', {
    target: smuggled,
    event_type: smuggled,
    data: { [smuggled]: smuggled },
    module: smuggled,
    scan_id: smuggled,
  });
  const unknown = event(smuggled, { [smuggled]: smuggled });

  it.each([hostile, unknown])('into Slack', (given) => {
    const message = slackOf(given);
    for (const text of textsIn(message)) {
      expect(text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Surrogate}\u202e\u2028]/u);
    }
    expect(JSON.stringify(message)).not.toContain('mrkdwn');
  });

  it.each([hostile, unknown])('into Discord', (given) => {
    const { allowed_mentions, embeds } = toDiscord(messageOf(given));
    expect(allowed_mentions).toEqual({ parse: [] });
    for (const { title, fields } of embeds) {
      for (const text of [title, ...fields.map(({ name }) => name)]) expect(formattingIn(text)).toEqual([]);
      for (const { value } of fields) expect(value).toMatch(/^`[^`]+`$/);
    }
  });

  it.each([hostile, unknown])('into Teams', (given) => {
    const message = toTeams(messageOf(given));
    const kinds = JSON.stringify(message).matchAll(/"type":"(\w+)"/g);
    expect(new Set([...kinds].map(([, kind]) => kind))).toEqual(
      new Set(['message', 'AdaptiveCard', 'Container', 'RichTextBlock', 'TextRun']),
    );
    for (const text of textsIn(message)) expect(text).not.toMatch(/[\p{Cc}\p{Surrogate}\u202e\u2028]/u);
  });
});

describe('Nothing is too long', () => {
  const members = Object.fromEntries(
    Array.from({ length: 200 }, (_, n) => [`${n}${'&'.repeat(300)}`, '<'.repeat(5000)]),
  );
  const many = Array.from({ length: 200 }, (_, n) =>
    event(`type.${n}`, { target: `${n}${'&'.repeat(500)}` }),
  );
  it.each<[string, AnyEvent]>([
    [
      'entities',
      event('high_risk_event', { target: '&'.repeat(1e5), data: '<'.repeat(1e5), module: '>'.repeat(1e5) }),
    ],
    [
      'pairs of surrogates',
      event('high_risk_event', { target: '😀'.repeat(1e5), data: `a${'😀'.repeat(1e5)}` }),
    ],
    ['members', event('x'.repeat(5000), members)],
    ['a group', groupOf(many)],
  ])('of %s', (_what, given) => {
    const message = messageOf(given);
    const { text, blocks, attachments } = slackOf(given);
    expect(text.length).toBeLessThanOrEqual(2000);
    const [header] = blocks;
    expect(header?.type === 'header' && header.text.text.length).toBeLessThanOrEqual(150);
    for (const block of attachments.flatMap(({ blocks = [] }) => blocks)) {
      const fields = block.type === 'section' && 'fields' in block ? (block.fields ?? []) : [];
      expect(fields.length).toBeGreaterThan(0);
      expect(fields.length).toBeLessThanOrEqual(10);
      for (const field of fields) expect(field.text.length).toBeLessThanOrEqual(2000);
    }
    const [embed] = toDiscord(message).embeds;
    expect(embed?.title.length).toBeLessThanOrEqual(256);
    for (const { name, value } of embed?.fields ?? []) {
      expect(name.length).toBeLessThanOrEqual(256);
      expect(value.length).toBeLessThanOrEqual(1024);
    }
    expect(textsIn(embed).join('').length).toBeLessThanOrEqual(6000);
    // Teams takes 28 KB.
    expect(Buffer.byteLength(JSON.stringify(toTeams(message)))).toBeLessThan(28_000);
    for (const text of textsIn([toSlack(message), toDiscord(message), toTeams(message)])) {
      expect(text).not.toMatch(/\p{Surrogate}/u);
    }
    for (const text of textsIn(toSlack(message))) expect(text).not.toMatch(/&(?!amp;|lt;|gt;)/);
  });
});

it('No message has more fields than its target takes', () => {
  const fields = Array.from({ length: 40 }, (_, n) => ({ title: `${n}`, value: 'x' }));
  const message = { title: 'SpiderFoot', level: 'good', fields } as const;
  expect(toSlack(message).attachments[0]?.blocks[0]?.fields.length).toBe(10);
  expect(toDiscord(message).embeds[0]?.fields.length).toBe(25);
});

const chats: [
  string,
  (options: { url: string; allowHttp: true }) => Forwarder,
  (given: AnyEvent) => object,
][] = [
  ['slack', slack, (given) => toSlack(messageOf(given))],
  ['discord', discord, (given) => toDiscord(messageOf(given))],
  ['teams', teams, (given) => toTeams(messageOf(given))],
];

describe.each(chats)('%s', (name, create, written) => {
  it('posts its message to the URL, and to nowhere else', async () => {
    const target = await startTarget(answers(200));
    const forward = create({ url: `${target.url}/services/T0/B0?x=1`, allowHttp: true });
    onTestFinished(() => forward.close());
    const { event, context } = await received('scan.complete');
    await forward(event, context);
    expect(target.requests.length).toBe(1);
    expect(target.requests[0]).toMatchObject({ method: 'POST', path: '/services/T0/B0?x=1' });
    expect(target.requests[0]?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(target.requests[0]?.body ?? '')).toEqual(written(event));
  });

  it('tries again what failed, and says what a refusal says', async () => {
    const target = await startTarget(answers(503), answers(404, 'no_service'));
    const forward = create({ url: `${target.url}/services/T0/B0/top-secret-token`, allowHttp: true });
    onTestFinished(() => forward.close());
    const { event, context } = await received('scan_completed');
    await expect(forward(event, context)).rejects.toMatchObject({
      name: 'ForwardError',
      target: `${name} (${new URL(target.url).host})`,
      code: 'rejected',
      status: 404,
      attempt: 2,
      message: expect.stringContaining('"no_service"'),
    });
    expect(target.requests.length).toBe(2);
  });
});
