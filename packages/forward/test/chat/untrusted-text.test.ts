import { describe, expect, it } from 'vitest';
import { toDiscord } from '../../src/discord/message.ts';
import { groupOf } from '../../src/events/event-group.ts';
import { type AnyEvent, messageOf } from '../../src/index.ts';
import { toSlack } from '../../src/slack/message.ts';
import { toTeams } from '../../src/teams/message.ts';
import { formattingIn } from '../support/discord.ts';
import { eventOf, slackOf, textsIn } from '../support/messages.ts';

const markup =
  '<!channel> <!here|x> <@U123> <#C1> <https://evil.example|click> [a](https://evil.example) @everyone <@&1> & *b* _i_ ~s~ `c` ||d|| > q\n# h\r\u001b[2J\u0000\u0085\u2028\u202e\ud800 end';

describe('text of an event with markup, mentions and control characters', () => {
  const hostile = eventOf('high_risk_event', {
    target: markup,
    event_type: markup,
    data: { [markup]: markup },
    module: markup,
    scan_id: markup,
  });
  const unknown = eventOf(markup, { [markup]: markup });

  it.each([hostile, unknown])('markup of an event is escaped in Slack', (hostileEvent) => {
    const message = slackOf(hostileEvent);
    for (const text of textsIn(message)) {
      expect(text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Surrogate}\u202e\u2028]/u);
    }
    expect(JSON.stringify(message)).not.toContain('mrkdwn');
  });

  it.each([hostile, unknown])('markup of an event is escaped in Discord', (hostileEvent) => {
    const { allowed_mentions, embeds } = toDiscord(messageOf(hostileEvent));
    expect(allowed_mentions).toEqual({ parse: [] });
    for (const { title, fields } of embeds) {
      for (const text of [title, ...fields.map(({ name }) => name)]) expect(formattingIn(text)).toEqual([]);
      for (const { value } of fields) expect(value).toMatch(/^`[^`]+`$/);
    }
  });

  it.each([hostile, unknown])('markup of an event is only in TextRun elements in Teams', (hostileEvent) => {
    const message = toTeams(messageOf(hostileEvent));
    const kinds = JSON.stringify(message).matchAll(/"type":"(\w+)"/g);
    expect(new Set([...kinds].map(([, kind]) => kind))).toEqual(
      new Set(['message', 'AdaptiveCard', 'Container', 'RichTextBlock', 'TextRun']),
    );
    for (const text of textsIn(message)) expect(text).not.toMatch(/[\p{Cc}\p{Surrogate}\u202e\u2028]/u);
  });
});

describe('text of an event that is too long', () => {
  const members = Object.fromEntries(
    Array.from({ length: 200 }, (_, n) => [`${n}${'&'.repeat(300)}`, '<'.repeat(5000)]),
  );
  const many = Array.from({ length: 200 }, (_, n) =>
    eventOf(`type.${n}`, { target: `${n}${'&'.repeat(500)}` }),
  );
  it.each<[string, AnyEvent]>([
    [
      'escaped characters',
      eventOf('high_risk_event', { target: '&'.repeat(1e5), data: '<'.repeat(1e5), module: '>'.repeat(1e5) }),
    ],
    [
      'surrogate pairs',
      eventOf('high_risk_event', { target: '😀'.repeat(1e5), data: `a${'😀'.repeat(1e5)}` }),
    ],
    ['members', eventOf('x'.repeat(5000), members)],
    ['a group', groupOf(many)],
  ])('long text is cut to the limits of each chat: %s', (_name, longEvent) => {
    const message = messageOf(longEvent);
    const { text, blocks, attachments } = slackOf(longEvent);
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
    // Teams accepts 28 KB.
    expect(Buffer.byteLength(JSON.stringify(toTeams(message)))).toBeLessThan(28_000);
    for (const text of textsIn([toSlack(message), toDiscord(message), toTeams(message)])) {
      expect(text).not.toMatch(/\p{Surrogate}/u);
    }
    for (const text of textsIn(toSlack(message))) expect(text).not.toMatch(/&(?!amp;|lt;|gt;)/);
  });
});

it('Slack and Discord messages have at most as many fields as the target accepts', () => {
  const fields = Array.from({ length: 40 }, (_, n) => ({ title: `${n}`, value: 'x' }));
  const message = { title: 'SpiderFoot', level: 'good', fields } as const;
  expect(toSlack(message).attachments[0]?.blocks[0]?.fields.length).toBe(10);
  expect(toDiscord(message).embeds[0]?.fields.length).toBe(25);
});
