import type { EventContext } from '@spiderfoot-webhooks/core';
import { parseEvent, verify } from '@spiderfoot-webhooks/core';
import { expect, it, onTestFinished } from 'vitest';
import { discord } from '../src/discord/index.ts';
import { email } from '../src/email/index.ts';
import { groupOf } from '../src/events/event-group.ts';
import type { AnyEvent, Forwarder } from '../src/index.ts';
import { siem } from '../src/siem/index.ts';
import { slack } from '../src/slack/index.ts';
import { teams } from '../src/teams/index.ts';
import { toJson, wellFormedJson } from '../src/text/well-formed-json.ts';
import { webhook } from '../src/webhook/index.ts';
import { parseCef } from './support/cef.ts';
import { received } from './support/events.ts';
import { startMailServer } from './support/mail-server.ts';
import { startTcp } from './support/syslog.ts';
import { answers, startTarget } from './support/target.ts';

const apiKey = 'a-key';
const quick = { allowHttp: true, retries: 0 } as const;

/** Lone surrogates in strings and keys at every depth, a whole pair, and text that only looks like an escape. */
const data = {
  target: 'cut \ud83d.example',
  data: 'banner \udc80\ud83d',
  pair: 'whole 😀',
  looks: 'C:\\ud83d and \\\\ud83d\ud83d',
  reversed: '\udc00\ud800',
  'key \udfff': { 'deeper \ud800': ['\ud83d', { 'deepest \udbff': '\udc00 😀' }] },
};

/** The same data after the lone surrogates are replaced. */
const repaired = {
  target: 'cut \ufffd.example',
  data: 'banner \ufffd\ufffd',
  pair: 'whole 😀',
  looks: 'C:\\ud83d and \\\\ud83d\ufffd',
  reversed: '\ufffd\ufffd',
  'key \ufffd': { 'deeper \ufffd': ['\ufffd', { 'deepest \ufffd': '\ufffd 😀' }] },
};

/** Parse JSON strictly, without lone surrogates in escapes or bytes. */
function readStrictly(bytes: Uint8Array): unknown {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  const withoutPairs = text
    .replace(/\\\\/g, '')
    .replace(/\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}/g, '');
  expect(withoutPairs).not.toMatch(/\\u[dD][89a-fA-F][\da-fA-F]{2}/);
  return JSON.parse(text);
}

const bulk = '{"errors":false,"items":[{"create":{"status":201}}]}';

const targets: [name: string, answer: string, create: (url: string) => Forwarder][] = [
  ['slack', 'ok', (url) => slack({ url, ...quick })],
  ['discord', 'ok', (url) => discord({ url, ...quick })],
  ['teams', 'ok', (url) => teams({ url, ...quick })],
  ['webhook', 'ok', (url) => webhook({ url, secret: 'our own', ...quick })],
  ['guide', 'ok', (endpoint) => siem({ endpoint, apiKey, ...quick })],
  ['ocsf', 'ok', (endpoint) => siem({ format: 'ocsf', endpoint, apiKey, ...quick })],
  ['splunk', '{"code":0}', (endpoint) => siem({ format: 'splunk', endpoint, apiKey, ...quick })],
  ['elastic', bulk, (endpoint) => siem({ format: 'elastic', endpoint, apiKey, ...quick })],
];

/** Send an event to a real server, and parse each line of the request strictly. */
async function sentTo(
  [, answer, create]: (typeof targets)[number],
  event: AnyEvent,
  context: EventContext,
): Promise<unknown[]> {
  const target = await startTarget(answers(200, answer));
  const forward = create(target.url);
  onTestFinished(() => forward.close());
  await forward(event, context);
  const [request] = target.requests;
  const lines = String(request?.body).trimEnd().split('\n');
  return lines.map((line) => readStrictly(Buffer.from(line)));
}

const types = ['high_risk_event', 'finding.new', 'brand.\ud83d', 'scan_completed'];
const cases = targets.flatMap((target) => types.map((type) => [target[0], type, target] as const));

it.each(cases)('sends well-formed text to %s in an event of the type %j', async (_name, type, target) => {
  const { event, context } = await received(type, { data, dialect: 'shipped' });
  expect(context.wire.body).toContain('\\udc80');
  const lines = await sentTo(target, event, context);
  expect(JSON.stringify(lines)).toContain('cut \ufffd.example');
});

it.each(targets)('sends well-formed text to %s in a group', async (...target) => {
  const { event, context } = await received('high_risk_event', { data });
  await sentTo(target, groupOf([event, event]), context);
});

it.each([
  ['guide', (line: unknown) => line, 'raw_data'],
  ['splunk', (line: unknown) => Reflect.get(Object(line), 'event'), 'data'],
  ['ocsf', (line: unknown) => Reflect.get(Object(line), 'unmapped'), 'data'],
  ['webhook', (line: unknown) => line, 'data'],
] as const)(
  'replaces lone surrogates in strings and keys at any depth for %s',
  async (name, open, member) => {
    const target = targets.find(([known]) => known === name);
    if (target === undefined) throw new Error(`Unknown target ${name}`);
    const { event, context } = await received('high_risk_event', { data });
    const [line] = await sentTo(target, event, context);
    expect(Reflect.get(Object(open(line)), member)).toEqual(repaired);
  },
);

it('sends well-formed text in CEF, and valid JSON in its field "data"', async () => {
  const collector = await startTcp();
  const forward = siem({ format: 'cef', endpoint: collector.url });
  onTestFinished(() => forward.close());
  const { event, context } = await received('brand.\ud83d', { data });
  await forward(event, context);
  await collector.received(1);
  const { header, extension } = parseCef(collector.messages[0]?.replace(/^.*?CEF:/s, 'CEF:') ?? '');
  expect(header[4]).toBe('brand.\ufffd');
  expect(extension.cs1).toBe('cut \ufffd.example');
  expect(readStrictly(Buffer.from(extension.cs5 ?? ''))).toEqual(repaired);
});

it('sends well-formed text in a mail, including a custom subject', async () => {
  const server = await startMailServer({ disabledCommands: ['STARTTLS', 'AUTH'] });
  const forward = email({
    smtp: `smtp://127.0.0.1:${server.port}`,
    from: 'spiderfoot@example.com',
    to: 'security@example.com',
    subject: ({ event_type }) => `${event_type} \ud83d`,
    allowPlaintext: true,
  });
  onTestFinished(() => forward.close());
  const { event, context } = await received('brand.\ud83d', { data });
  await forward(event, context);
  // The body is encoded as quoted-printable, and the subject in encoded words.
  expect(server.mails[0]?.message).toContain('cut =EF=BF=BD.example');
  expect(server.mails[0]?.message).toMatch(/^Subject: =\?UTF-8\?/m);
});

it('replaces only the lone surrogates in a body that webhook() forwards', async () => {
  const target = await startTarget(answers(200));
  const forward = webhook({ url: target.url, secret: 'our own', ...quick });
  onTestFinished(() => forward.close());
  const { event, context } = await received('scan.complete', {
    data: { ...data, big: 2n ** 60n, nan: Number.NaN },
  });
  await forward(event, context);
  const body = target.requests[0]?.body ?? '';
  const { body: original } = context.wire;
  expect(body).toHaveLength(original.length);
  for (let at = 0; at < body.length; at += 1) {
    if (body[at] === original[at]) continue;
    const start = Math.max(body.lastIndexOf('\\ufffd', at), 0);
    expect(body.slice(start, start + 6)).toBe('\\ufffd');
  }
  const signature = String(target.requests[0]?.headers['x-spiderfoot-signature']);
  expect(await verify('our own', body, signature)).toBe(true);
  const parsed = parseEvent(body);
  expect(parsed.status === 'parsed' && parsed.event.data).toEqual({ ...repaired, big: 2 ** 60, nan: null });
});

it.each([
  ['"\\ud83d\\ude00"', '"\\ud83d\\ude00"'],
  ['"\\uD83D\\uDE00"', '"\\uD83D\\uDE00"'],
  ['"\\ud83d"', '"\\ufffd"'],
  ['"\\uDFFF"', '"\\ufffd"'],
  ['"\\ud83d\\ud83d\\ude00"', '"\\ufffd\\ud83d\\ude00"'],
  ['"\\ude00\\ud83d"', '"\\ufffd\\ufffd"'],
  ['"\\ud83d \\ude00"', '"\\ufffd \\ufffd"'],
  ['"\\\\ud83d"', '"\\\\ud83d"'],
  ['"\\\\\\ud83d"', '"\\\\\\ufffd"'],
  ['"\\ud83d\\\\ude00"', '"\\ufffd\\\\ude00"'],
  ['{"\\ud83d":1}', '{"\\ufffd":1}'],
  ['"\\ud7ff\\ue000"', '"\\ud7ff\\ue000"'],
])('rewrites the JSON text %s as %s', (text, expected) => {
  expect(wellFormedJson(text)).toBe(expected);
});

it('keeps only the last of two keys that become equal', () => {
  expect(toJson({ a: 1, '\ud800': 1, '\udc00': 2 })).toBe('{"a":1,"\ufffd":2}');
});
