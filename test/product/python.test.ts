import {
  pythonFloat,
  pythonJson,
  type SenderDialect,
  samples,
  signedWebhook,
} from '@spiderfoot-webhooks/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneMountEach } from '../support/adapters/index.ts';
import type { Mount } from '../support/adapters/mount.ts';
import { start } from '../support/webhooks.ts';
import { dumpInPython, twin } from './support/dumps.ts';
import { type Job, type PythonAnswer, sendFromPython } from './support/sender.ts';
import { guideTypes, shippedTypes, twins } from './support/types.ts';

const secret = 'sécret-シークレット-🔑';
const dialects = ['guide', 'shipped'] as const;
const success = { status: 200, body: expect.stringMatching(/^\{"status":"success","id":"[0-9a-f]{32}"\}$/) };

/** When everything happened, as each dialect writes it. */
const written = { guide: '2024-01-01T12:00:00Z', shipped: 1795459140.2680004 } as const;
const read = { guide: '2024-01-01T12:00:00Z', shipped: '2026-11-23T18:39:00.268Z' } as const;

type Documented = (typeof dialects)[number];

type Sent = Omit<Job, 'url' | 'secret'> & { readonly dialect: Documented };

const job = (dialect: Documented, event_type: string, data: Job['data']): Sent => ({
  dialect,
  event_type,
  data,
  timestamp: written[dialect],
});

function sampleOf(type: string): Job['data'] {
  const all: Readonly<Record<string, Job['data']>> = samples;
  return all[twins[type] ?? type] ?? {};
}

/** What the sender's envelope comes to, byte for byte. */
function bodyOf({ dialect, event_type, data, timestamp }: Sent): string {
  if (dialect === 'shipped') return pythonJson({ event_type, timestamp, payload: data });
  const metadata = { workspace_id: 'ws_abc123', user: 'admin', scan_name: 'Weekly Security Scan' };
  return pythonJson({ event_type, timestamp, source: 'spiderfoot', version: '5.0.3', data, metadata });
}

/** What a handler has to get. */
function handledOf(sent: Sent, data: unknown = sent.data, nonFinite = 0) {
  const { dialect, event_type } = sent;
  const event = { event_type: twins[event_type] ?? event_type, timestamp: read[dialect], data };
  return {
    event: expect.objectContaining({ ...event, source: 'spiderfoot' }),
    wire: {
      dialect,
      eventType: event_type,
      eventHeader: dialect === 'shipped' ? event_type : undefined,
      body: bodyOf(sent),
      nonFinite,
    },
  };
}

/** Sends to a receiver in a mount; tells the answers and what its handler got. */
async function deliver(mount: Mount, ...sent: readonly Sent[]) {
  const { at, handled } = await start(mount, { secret });
  const url = `http://127.0.0.1:${at.port}${at.path}`;
  const answers = await sendFromPython(...sent.map((one) => ({ ...one, url, secret })));
  return { answers, handled: handled.map(({ event, context: { wire } }) => ({ event, wire })) };
}

const statuses = (answers: readonly PythonAnswer[]) => answers.map(({ status }) => status);

describe.each(oneMountEach)('Sent from Python to $name', (mount) => {
  it('every type arrives as it was sent, under its own name', async () => {
    const sent = [
      ...[...guideTypes, 'correlation_found'].map((type) => job('guide', type, sampleOf(type))),
      ...shippedTypes.map((type) => job('shipped', type, sampleOf(type))),
      job('shipped', 'of.tomorrow', { a: 1 }),
    ];
    const { answers, handled } = await deliver(mount, ...sent);
    expect(answers).toEqual(sent.map(() => success));
    expect(handled).toEqual(sent.map((one) => handledOf(one)));
  });

  it.each(dialects)('text and numbers of every kind arrive whole, the %s way', async (dialect) => {
    const plain = {
      text: 'exämple.com 日本 😀 "quoted" \\ \u007f \u2028 \u0000\t\n',
      'clé é': ['', [], {}, null, true, false],
      broken: '\ud83d',
      numbers: [0, -1, 0.1, 1e-7, 1.5e300, -0, Number.MAX_SAFE_INTEGER],
      deep: [[[[{ a: { b: { c: {} } } }]]]],
    };
    const floats = [1700000000, 1795459140.2680004, 1e16, 1e22];
    const sent = job(dialect, 'task.completed', {
      ...plain,
      floats: floats.map(pythonFloat),
      past: 2n ** 64n,
    });
    const { answers, handled } = await deliver(mount, sent);
    expect(answers).toEqual([success]);
    expect(handled).toEqual([handledOf(sent, { ...plain, floats, past: 2 ** 64 })]);
    expect(handled[0]?.wire.body).toMatch(/"floats": \[1700000000\.0, .*"past": 18446744073709551616\}/);
  });

  it.each(dialects)('NaN and the infinities arrive as null, the %s way', async (dialect) => {
    const { NaN: nan, POSITIVE_INFINITY: most, NEGATIVE_INFINITY: least } = Number;
    const sent = job(dialect, 'scan_completed', {
      target: 'NaN, "-Infinity"',
      duration: nan,
      ranges: [most, least, [nan]],
    });
    const { answers, handled } = await deliver(mount, sent);
    expect(answers).toEqual([success]);
    const data = { target: 'NaN, "-Infinity"', duration: null, ranges: [null, null, [null]] };
    expect(handled).toEqual([handledOf(sent, data, 4)]);
  });

  it('a body of 1 MiB arrives whole', async () => {
    const empty = job('guide', 'high_risk_event', { data: '' });
    const filled = job('guide', 'high_risk_event', { data: 'x'.repeat(2 ** 20 - bodyOf(empty).length) });
    const { answers, handled } = await deliver(mount, filled);
    expect(answers).toEqual([success]);
    expect(handled).toEqual([handledOf(filled)]);
  });

  it('any of the secrets signs, whatever its letters', async () => {
    const secrets = [secret, 'with a space "and" \\', 'x'.repeat(200), '\u007f\u0080\uffff', 'plain'];
    const { at } = await start(mount, { secret: secrets });
    const url = `http://127.0.0.1:${at.port}${at.path}`;
    const sign = (signer: string): Job => ({
      ...job('guide', 'scan_started', { signer }),
      url,
      secret: signer,
    });
    const answers = await sendFromPython(...[...secrets, 'another', `${secret}x`].map(sign));
    expect(statuses(answers)).toEqual([200, 200, 200, 200, 200, 401, 401]);
  });
});

/** Each sender's dialect, and the dialect of the received event. */
const senders = [
  ['guide', 'guide'],
  ['shipped', 'shipped'],
  ['delivery', 'shipped'],
  ['notification', 'notification'],
  ['topic', 'topic'],
] as const satisfies readonly (readonly [SenderDialect, string])[];

describe.each(oneMountEach)('Each sender, to $name', (mount) => {
  it('is accepted with its own header, and a repetition is a retry or a new event as the sender means it', async () => {
    const { at, handled } = await start(mount, { secret });
    const unverified = await start(mount, { secret: false });
    const data = { scan_id: 's1', target: 'cut \ud83d.example' };
    for (const [dialect, arrivesAs] of senders) {
      const { at: to, handled: seen } = dialect === 'topic' ? unverified : { at, handled };
      seen.length = 0;
      const url = `http://127.0.0.1:${to.port}${to.path}`;
      const sent = { dialect, event_type: 'scan.completed', data, timestamp: 1795459140.25, times: 2 };
      const timestamp = dialect === 'guide' ? '2026-11-23T18:39:00.250Z' : 1795459140.25;
      const answers = await sendFromPython({ ...sent, timestamp, url, secret });
      const again = dialect === 'notification' ? 'success' : 'duplicate';
      expect(answers.map(({ status, body }) => [status, JSON.parse(body).status])).toEqual([
        [200, 'success'],
        [200, again],
      ]);
      // The kit's own test webhooks equal Python's, byte for byte.
      const time = new Date(1795459140250);
      const own = await signedWebhook('scan.completed', { secret, dialect, data, timestamp: time });
      expect(seen).toHaveLength(dialect === 'notification' ? 2 : 1);
      for (const { event, context } of seen) {
        expect(event).toMatchObject({ event_type: 'scan_completed', source: 'spiderfoot', data });
        expect(context.wire).toMatchObject({ dialect: arrivesAs, body: own.body });
      }
    }
  });

  it('that does not sign is rejected if signatures are verified', async () => {
    const { at, outcomes } = await start(mount, { secret });
    const url = `http://127.0.0.1:${at.port}${at.path}`;
    const sent = { dialect: 'topic', event_type: 'scan.completed', data: {} } as const;
    expect(statuses(await sendFromPython({ ...sent, url, secret }))).toEqual([401]);
    expect(outcomes).toMatchObject([
      { code: 'missing_signature', hint: expect.stringContaining('WebhookChannel') },
    ]);
  });
});

describe.each(oneMountEach)('A rejection over $name', (mount) => {
  it('is read by a sender that writes megabytes before it reads, and asks for the end of the connection', async () => {
    const large = job('guide', 'high_risk_event', { data: 'x'.repeat(2 ** 23) });
    expect(statuses((await deliver(mount, large)).answers)).toEqual([413]);
    const { at } = await start(mount, { secret, allowedIps: ['192.0.2.7'] });
    const url = `http://127.0.0.1:${at.port}${at.path}`;
    expect(statuses(await sendFromPython({ ...large, url, secret }))).toEqual([403]);
  });
});

describe('pythonJson', () => {
  it("writes byte for byte what Python's json.dumps writes", async () => {
    const values = fc.sample(twin, 2000);
    expect(values.map(({ js }) => pythonJson(js))).toEqual(await dumpInPython(values));
  });

  it('takes a field without a value as none, and an item without one as null', () => {
    expect(pythonJson({ a: undefined, b: [undefined, 1] })).toBe('{"b": [null, 1]}');
  });
});
