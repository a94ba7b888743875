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

/** The timestamp of each event, in the format of each dialect. */
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

/** The exact bytes of the sender's envelope. */
function bodyOf({ dialect, event_type, data, timestamp }: Sent): string {
  if (dialect === 'shipped') return pythonJson({ event_type, timestamp, payload: data });
  const metadata = { workspace_id: 'ws_abc123', user: 'admin', scan_name: 'Weekly Security Scan' };
  return pythonJson({ event_type, timestamp, source: 'spiderfoot', version: '5.0.3', data, metadata });
}

/** The expected arguments of a handler. */
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

/** Sends to a receiver in a mount. @returns the responses and the arguments of its handler */
async function deliver(mount: Mount, ...sent: readonly Sent[]) {
  const { at, handled } = await start(mount, { secret });
  const url = `http://127.0.0.1:${at.port}${at.path}`;
  const answers = await sendFromPython(...sent.map((one) => ({ ...one, url, secret })));
  return { answers, handled: handled.map(({ event, context: { wire } }) => ({ event, wire })) };
}

const statuses = (answers: readonly PythonAnswer[]) => answers.map(({ status }) => status);

describe.each(oneMountEach)('events from Python to $name', (mount) => {
  it('delivers every type from Python unchanged, with its canonical name', async () => {
    const sent = [
      ...[...guideTypes, 'correlation_found'].map((type) => job('guide', type, sampleOf(type))),
      ...shippedTypes.map((type) => job('shipped', type, sampleOf(type))),
      job('shipped', 'of.tomorrow', { a: 1 }),
    ];
    const { answers, handled } = await deliver(mount, ...sent);
    expect(answers).toEqual(sent.map(() => success));
    expect(handled).toEqual(sent.map((one) => handledOf(one)));
  });

  it.each(dialects)(
    'delivers all kinds of text and numbers from Python unchanged in the %s dialect',
    async (dialect) => {
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
    },
  );

  it.each(dialects)('delivers NaN and the infinities as null in the %s dialect', async (dialect) => {
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

  it('delivers a body of 1 MiB unchanged', async () => {
    const empty = job('guide', 'high_risk_event', { data: '' });
    const filled = job('guide', 'high_risk_event', { data: 'x'.repeat(2 ** 20 - bodyOf(empty).length) });
    const { answers, handled } = await deliver(mount, filled);
    expect(answers).toEqual([success]);
    expect(handled).toEqual([handledOf(filled)]);
  });

  it('accepts a signature with any of the secrets, in any characters', async () => {
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

describe.each(oneMountEach)('each sender, to $name', (mount) => {
  it("accepts each sender's own header, and treats a repeated request as a retry or a new event, depending on the sender", async () => {
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

  it('rejects a sender that does not sign if signatures are verified', async () => {
    const { at, outcomes } = await start(mount, { secret });
    const url = `http://127.0.0.1:${at.port}${at.path}`;
    const sent = { dialect: 'topic', event_type: 'scan.completed', data: {} } as const;
    expect(statuses(await sendFromPython({ ...sent, url, secret }))).toEqual([401]);
    expect(outcomes).toMatchObject([
      { code: 'missing_signature', hint: expect.stringContaining('WebhookChannel') },
    ]);
  });
});

describe.each(oneMountEach)('a rejection over $name', (mount) => {
  it('reaches a sender that writes megabytes before it reads and that sends Connection: close', async () => {
    const large = job('guide', 'high_risk_event', { data: 'x'.repeat(2 ** 23) });
    expect(statuses((await deliver(mount, large)).answers)).toEqual([413]);
    const { at } = await start(mount, { secret, allowedIps: ['192.0.2.7'] });
    const url = `http://127.0.0.1:${at.port}${at.path}`;
    expect(statuses(await sendFromPython({ ...large, url, secret }))).toEqual([403]);
  });
});

describe('pythonJson()', () => {
  it("pythonJson writes the same bytes as Python's json.dumps", async () => {
    const values = fc.sample(twin, 2000);
    expect(values.map(({ js }) => pythonJson(js))).toEqual(await dumpInPython(values));
  });

  it('pythonJson omits undefined fields and writes undefined items as null', () => {
    expect(pythonJson({ a: undefined, b: [undefined, 1] })).toBe('{"b": [null, 1]}');
  });
});
