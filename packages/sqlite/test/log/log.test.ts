import { spawnSync } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import {
  anyEventSchema,
  createReceiver,
  type Receiver,
  type ReceiverOptions,
  type RejectionCode,
} from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { describe, expect, it, vi } from 'vitest';

import { openStore, type Store } from '../../src/index.ts';
import { type Order, startProgram } from '../support/processes.ts';
import { open, query, temporaryPath, until } from '../support/temporary-files.ts';
import { createRaw, createWebhook, secret } from '../support/webhooks.ts';

const receive = (store: Store, options: Partial<ReceiverOptions> = {}): Receiver =>
  createReceiver({ secret, log: store, ...options });

const states = (path: string) => query(path, 'SELECT state, processed FROM webhook_logs ORDER BY id');

describe('A log', () => {
  it('records a delivery before its handlers run, and their result', async () => {
    const path = temporaryPath();
    const seen: unknown[] = [];
    const receiver = receive(open(path))
      .on('scan_completed', () => void seen.push(...states(path)))
      .on('scan_failed', () => {
        seen.push(...states(path).slice(1));
        throw new Error('siem is down');
      });
    await (await createWebhook('scan_completed')).send(receiver);
    await (await createWebhook('scan_failed')).send(receiver);
    const received = { state: 'received', processed: 0 };
    expect(seen).toEqual([received, received]);
    expect(states(path)).toEqual([
      { state: 'processed', processed: 1 },
      { state: 'failed', processed: 0 },
    ]);
  });

  it("fills the guide's columns as the guide's logger does", async () => {
    const path = temporaryPath();
    const receiver = receive(open(path)).on('scan_failed', () => {
      throw new Error('siem is down');
    });
    const sent = [await createWebhook('scan_completed'), await createWebhook('scan.error')];
    for (const { send } of sent) await send(receiver);
    const [completed, failed] = sent.map(({ body }) => body.toString());
    expect(
      query(
        path,
        'SELECT id, event_type, source_ip, payload, processed, error_message FROM webhook_logs ORDER BY id',
      ),
    ).toEqual([
      {
        ...{ id: 1, event_type: 'scan_completed', source_ip: '127.0.0.1' },
        payload: completed,
        processed: 1,
        error_message: null,
      },
      {
        ...{ id: 2, event_type: 'scan_failed', source_ip: '127.0.0.1', payload: failed, processed: 0 },
        error_message: expect.stringContaining('siem is down'),
      },
    ]);
    const [row] = query(path, 'SELECT timestamp, received_at FROM webhook_logs');
    expect(row).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}000$/),
      received_at: expect.any(Number),
    });
  });

  const json = (text: string) =>
    `{"event_type":"scan_completed","timestamp":"2024-01-01T12:00:00Z","data":${text}}`;

  it.each([
    ['plain', Buffer.from(json('{}'))],
    ['with a byte order mark', Buffer.from(`\ufeff${json('{}')}`)],
    [
      'with invalid UTF-8',
      Buffer.concat([Buffer.from('{"event_type":"'), Buffer.from([0xff, 0xc0, 0x80, 0x22, 0x7d])]),
    ],
    ['with NUL', Buffer.from('{"event_type":"a\0b"}\0\0')],
    ['of 1 MiB', Buffer.from(json('{}').padEnd(1024 * 1024, ' '))],
    ['of nothing', Buffer.alloc(0)],
    ['of spaces and line ends', Buffer.from(' \r\n\t')],
    ['with other spaces and keys twice', Buffer.from(json('{"a":1e400,  "a":9007199254740993}'))],
  ])('keeps a body %s byte for byte, including a view into a larger buffer', async (_, body) => {
    const path = temporaryPath();
    const store = open(path);
    const large = Buffer.concat([Buffer.from('before'), body, Buffer.from('after')]);
    const view = new Uint8Array(large.buffer, large.byteOffset + 6, body.length);
    const { id, send } = await createRaw(view);
    await send(receive(store));
    const kept = await store.get(id);
    expect(kept?.body).toEqual(body);
  });

  it('stores a body as text if it is UTF-8, and as bytes otherwise', async () => {
    const path = temporaryPath();
    const receiver = receive(open(path));
    await (await createRaw('{"é":"\0"}')).send(receiver);
    await (await createRaw(Buffer.from([0x7b, 0xff]))).send(receiver);
    expect(query(path, 'SELECT typeof(payload) AS type FROM webhook_logs ORDER BY id')).toEqual([
      { type: 'text' },
      { type: 'blob' },
    ]);
  });

  it('records the result of each handler over attempts and restarts, and runs only the others', async () => {
    const path = temporaryPath();
    let down = 2;
    const calls: string[] = [];
    const webhook = await createWebhook('scan_completed', { scan_id: 's', target: 't' });
    const send = async () => {
      const store = openStore(path);
      const receiver = receive(store)
        .on('scan_completed', () => void calls.push('fine'), { name: 'fine' })
        .on(
          'scan_completed',
          (_, { attempt }) => {
            calls.push(`siem ${attempt}`);
            if (down-- > 0) throw new Error(`down ${attempt}`);
          },
          { name: 'siem' },
        );
      const outcome = await webhook.send(receiver);
      await receiver.close();
      const record = await store.get(webhook.id);
      await store.close();
      return { status: outcome.status, record };
    };
    expect(await send()).toMatchObject({
      status: 'rejected',
      record: {
        ...{ state: 'failed', attempts: 1, scanId: 's', target: 't', dialect: 'guide', endpoint: 'default' },
        error: expect.stringContaining('down 1'),
        handlers: [
          { name: 'fine', succeeded: true, attempts: 1 },
          { name: 'siem', succeeded: false, attempts: 1, error: 'down 1' },
        ],
      },
    });
    expect((await send()).record?.handlers[1]).toMatchObject({ attempts: 2, error: 'down 2' });
    const { status, record } = await send();
    expect(status).toBe('processed');
    expect(record).toMatchObject({ state: 'processed', attempts: 3, error: undefined });
    expect(record?.handlers).toEqual([
      { name: 'fine', succeeded: true, attempts: 1 },
      { name: 'siem', succeeded: true, attempts: 3 },
    ]);
    expect((await send()).status).toBe('duplicate');
    expect(calls).toEqual(['fine', 'siem 1', 'siem 2', 'siem 3']);
  });

  it('recognizes a duplicate at one endpoint, and not at another', async () => {
    const store = open(temporaryPath());
    const { send, id } = await createWebhook();
    const [a, b] = [receive(store, { endpoint: 'a' }), receive(store, { endpoint: 'b' })];
    expect((await send(a)).status).toBe('processed');
    expect((await send(b)).status).toBe('processed');
    expect((await send(receive(store, { endpoint: 'a' }))).status).toBe('duplicate');
    expect(await store.get(id, 'a')).toMatchObject({ endpoint: 'a', key: '1' });
    expect(await store.get(id, 'b')).toMatchObject({ endpoint: 'b', key: '2' });
    expect(await store.get(id)).toMatchObject({ key: '2' });
  });

  it('keeps a result if a late replay has a stale event', async () => {
    const store = open(temporaryPath());
    const [done, failed, fresh] = [
      await createWebhook('scan_completed'),
      await createWebhook('scan_failed'),
      await createWebhook('scan_started'),
    ];
    const receiver = receive(store).on('scan_failed', () => {
      throw new Error('siem is down');
    });
    await done.send(receiver);
    await failed.send(receiver);
    const before = [await store.get(done.id), await store.get(failed.id)];
    const late = receive(store, { tolerance: 1, now: () => Date.now() + 3_600_000 });
    for (const { send } of [done, failed, fresh]) {
      expect(await send(late)).toMatchObject({ code: 'stale_event' });
    }
    expect([await store.get(done.id), await store.get(failed.id)]).toEqual(before);
    expect(await store.get(fresh.id)).toMatchObject({ state: 'rejected', code: 'stale_event', attempts: 0 });
    // An earlier rejection does not make it a duplicate.
    expect((await fresh.send(receiver)).status).toBe('processed');
    expect(await store.get(fresh.id)).toMatchObject({ state: 'processed', code: undefined });
  });

  it('keeps a genuine delivery that is rejected, with the reasons', async () => {
    const store = open(temporaryPath());
    const receiver = receive(store, { events: ['scan'] });
    const wrong = await createWebhook('scan_completed', { events_found: 'many' });
    const broken = await createRaw('{"event_type":');
    const ignored = await createWebhook('system_alert');
    expect(await wrong.send(receiver)).toMatchObject({ code: 'invalid_event' });
    expect(await broken.send(receiver)).toMatchObject({ code: 'invalid_json' });
    expect(await ignored.send(receiver)).toMatchObject({ status: 'ignored' });
    expect(await store.get(wrong.id)).toMatchObject({
      ...{ state: 'rejected', code: 'invalid_event', eventType: 'scan_completed', attempts: 0 },
      issues: [{ path: 'data.events_found', message: expect.any(String) }],
    });
    expect(await store.get(broken.id)).toMatchObject({
      state: 'rejected',
      code: 'invalid_json',
      eventType: 'unknown',
    });
    expect(await store.get(ignored.id)).toMatchObject({ state: 'ignored', eventType: 'system_alert' });
  });

  it('replays a rejected delivery after its schema is corrected', async () => {
    const path = temporaryPath();
    const store = openStore(path);
    const { send, id } = await createWebhook('scan_completed', { scan_id: 's1', events_found: 'many' });
    expect(await send(receive(store))).toMatchObject({ code: 'invalid_event' });
    await store.close();

    const mended = open(path);
    const handler = vi.fn();
    const schemas = { scan_completed: anyEventSchema.shape.data };
    const receiver = createReceiver({ secret, log: mended, schemas }).on('scan_completed', handler);
    receiver.start();
    expect(await mended.replay({ state: 'rejected' })).toBe(1);
    await until(async () => expect((await mended.get(id))?.state).toBe('processed'));
    expect(handler).toHaveBeenCalledOnce();
    expect(handler).toHaveBeenCalledWith(
      expect.objectContaining({ data: expect.objectContaining({ events_found: 'many' }) }),
      expect.objectContaining({ id, attempt: 1 }),
    );
    expect(await mended.get(id)).toMatchObject({ code: undefined, issues: [], attempts: 1, scanId: 's1' });
    await receiver.close();
  });

  it('rejects a replayed delivery again if it still does not match its schema', async () => {
    const store = open(temporaryPath());
    const receiver = receive(store);
    const { send, id } = await createWebhook('scan_completed', { events_found: 'many' });
    await send(receiver);
    receiver.start();
    await store.replay('1');
    await until(async () =>
      expect(await store.get(id)).toMatchObject({ state: 'rejected', code: 'invalid_event', attempts: 1 }),
    );
    expect((await store.get(id))?.issues).toHaveLength(1);
    await receiver.close();
  });

  it('accepts more deliveries at once than one commit holds', async () => {
    const store = open(temporaryPath());
    const receiver = receive(store);
    const webhooks = await Promise.all(
      Array.from({ length: 300 }, (_, n) => createWebhook('scan_completed', { n })),
    );
    const outcomes = await Promise.all(webhooks.map(({ send }) => send(receiver)));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['processed']));
    expect(await store.counts()).toEqual([{ state: 'processed', count: 300 }]);
  });

  it('stores the other deliveries if one cannot be stored', async () => {
    const path = temporaryPath();
    const store = open(path);
    query(
      path,
      `CREATE TRIGGER no_poison BEFORE INSERT ON webhook_logs WHEN NEW.scan_id = 'poison'
       BEGIN SELECT RAISE(ABORT, 'no poison'); END`,
    );
    const receiver = receive(store);
    const sent = await Promise.all(
      ['a', 'poison', 'b'].map((scan_id) => createWebhook('scan_completed', { scan_id })),
    );
    expect(await Promise.all(sent.map(({ send }) => send(receiver)))).toMatchObject([
      { status: 'processed' },
      { status: 'rejected', code: 'unavailable' },
      { status: 'processed' },
    ]);
    expect((await store.list()).deliveries).toHaveLength(2);
  });

  it('finishes pending writes when it is closed', async () => {
    const path = temporaryPath();
    const store = openStore(path);
    const receiver = receive(store);
    const { send } = await createWebhook();
    const outcome = send(receiver);
    await receiver.close();
    await store.close();
    await store.close();
    expect((await outcome).status).toBe('processed');
    expect(states(path)).toEqual([{ state: 'processed', processed: 1 }]);
  });

  it('makes the receiver answer 503 after it is closed', async () => {
    const store = openStore(temporaryPath());
    const receiver = receive(store);
    await store.close();
    expect(await (await createWebhook()).send(receiver)).toMatchObject({ code: 'unavailable' });
    await expect(store.list()).rejects.toThrow();
  });
});

describe('An unauthenticated delivery', () => {
  const forge = (receiver: Receiver, n: number) =>
    signedDelivery('scan_completed', { secret: 'another', data: { n } }, `192.0.2.${n}`).then(
      receiver.receive,
    );

  it('is counted, and its content is not stored', async () => {
    const path = temporaryPath();
    const store = open(path);
    const [a, b] = [receive(store, { endpoint: 'a' }), receive(store, { endpoint: 'b' })];
    for (let n = 0; n < 5; n++) await forge(a, n);
    await forge(b, 1);
    await a.receive({
      method: 'GET',
      peer: undefined,
      header: () => undefined,
      readBody: async () => Buffer.alloc(0),
    });
    const count = (endpoint: string, code: RejectionCode, count: number) => ({
      hour: expect.any(Date),
      endpoint,
      code,
      count,
    });
    expect(await store.rejections()).toEqual({
      counts: [
        count('a', 'invalid_signature', 5),
        count('a', 'method_not_allowed', 1),
        count('b', 'invalid_signature', 1),
      ],
      latest: [],
    });
    await forge(a, 6);
    expect((await store.rejections()).counts[0]).toMatchObject({ count: 6 });
    expect((await store.list()).deliveries).toEqual([]);
  });

  it('is counted even if the first write fails', async () => {
    const path = temporaryPath();
    const errors = vi.fn();
    const store = open(path, { keepRejections: 2, logger: { error: errors } });
    const receiver = receive(store);
    for (const n of [1, 2]) await forge(receiver, n);
    renameSync(path, `${path}.away`);
    await expect(store.rejections()).rejects.toThrow('is missing or empty');
    expect(errors).toHaveBeenCalled();
    await forge(receiver, 3);
    renameSync(`${path}.away`, path);
    // No call triggers the write.
    await until(() => {
      expect(query(path, 'SELECT code, count FROM webhook_rejections')).toEqual([
        { code: 'invalid_signature', count: 3 },
      ]);
    });
    const { counts, latest } = await store.rejections();
    expect(counts).toMatchObject([{ count: 3 }]);
    expect(latest.map(({ ip }) => ip)).toEqual(['192.0.2.3', '192.0.2.2']);
  });

  it('is deleted by prune() and by retention', async () => {
    const path = temporaryPath();
    const store = open(path, { keepRejections: 10 });
    const at = (time: string) =>
      store.recordRejection({
        ...{ code: 'invalid_signature', endpoint: 'e', ip: '192.0.2.1' },
        receivedAt: new Date(`2024-01-01T${time}Z`),
      });
    for (const time of ['12:10:00', '12:50:00', '13:10:00']) at(time);
    expect((await store.rejections()).counts).toMatchObject([{ count: 1 }, { count: 2 }]);
    // Counts are deleted by the hour, listed rejections by their own time.
    expect(await store.prune({ before: new Date('2024-01-01T12:30:00Z') })).toBe(0);
    const { counts, latest } = await store.rejections();
    expect(counts).toMatchObject([{ count: 1 }, { count: 2 }]);
    expect(latest).toHaveLength(2);
    await store.prune({ before: new Date('2024-01-01T13:00:00Z') });
    expect((await store.rejections()).counts).toMatchObject([{ count: 1 }]);
    expect((await store.rejections()).latest).toHaveLength(1);
    const other = open(path, { retention: { maxAge: 3_600_000, every: 10 } });
    await until(async () => expect(await other.rejections()).toEqual({ counts: [], latest: [] }));
  });

  it('is counted by the hour', async () => {
    const store = open(temporaryPath());
    const refusal = { code: 'invalid_signature', endpoint: 'e', ip: undefined } as const;
    for (const time of ['2024-01-01T12:00:00Z', '2024-01-01T12:59:59.999Z', '2024-01-01T13:00:00Z']) {
      store.recordRejection({ ...refusal, receivedAt: new Date(time) });
    }
    const { counts } = await store.rejections();
    expect(counts.map(({ hour, count }) => [hour.toISOString(), count])).toEqual([
      ['2024-01-01T13:00:00.000Z', 1],
      ['2024-01-01T12:00:00.000Z', 2],
    ]);
  });

  it('is listed if keepRejections is set, up to that number', async () => {
    const path = temporaryPath();
    const store = open(path, { keepRejections: 3 });
    const receiver = receive(store);
    for (let n = 0; n < 10; n++) await forge(receiver, n);
    const ips = async () => (await store.rejections()).latest.map(({ ip }) => ip);
    expect(await ips()).toEqual(['192.0.2.9', '192.0.2.8', '192.0.2.7']);
    await forge(receiver, 20);
    expect(await ips()).toEqual(['192.0.2.20', '192.0.2.9', '192.0.2.8']);
    expect(query(path, 'SELECT count(*) AS count FROM webhook_unauthenticated')).toEqual([{ count: 3 }]);
  });

  it('is written within a second, and when the store is closed', async () => {
    const path = temporaryPath();
    const store = openStore(path);
    const count = () => query(path, 'SELECT sum(count) AS count FROM webhook_rejections');
    await forge(receive(store), 1);
    await until(() => expect(count()).toEqual([{ count: 1 }]));
    await forge(receive(store), 2);
    await store.close();
    expect(count()).toEqual([{ count: 2 }]);
  });
});

const strace = '/usr/bin/strace';
const canTrace = existsSync(strace) && spawnSync(strace, ['-e', 'trace=none', 'true']).status === 0;

/** How often the journal was synced before each answer, since the answer before. */
async function syncsBeforeAnswers(order: Omit<Order, 'path'>): Promise<readonly number[]> {
  const program = startProgram({ path: temporaryPath(), ...order }, [
    ...[strace, '-f', '-y', '-s', '40', '-e', 'trace=fsync,fdatasync,write,writev,sendto,sendmsg'],
  ]);
  await program.says('closed');
  await program.end();
  const trace = program.errors.split('\n');
  const syncs: number[] = [];
  let since = 0;
  for (const line of trace.slice(trace.findIndex((line) => line.includes('"sending\\n"')))) {
    if (/f(?:data)?sync\(\d+<[^>]*webhooks\.db-wal>/.test(line)) since++;
    if (!line.includes('"processed\\n"')) continue;
    syncs.push(since);
    since = 0;
  }
  return syncs;
}

describe('Durability', () => {
  // The crash tests of the whole kit check the same if tracing is not permitted here.
  it.runIf(canTrace)(
    'requires a sync of the delivery and of its result before the response (strace)',
    async () => {
      const syncs = await syncsBeforeAnswers({ send: 20 });
      expect(syncs).toHaveLength(20);
      for (const count of syncs) expect(count).toBeGreaterThanOrEqual(2);
    },
  );

  it.runIf(canTrace)('needs one sync for all deliveries that arrive together (strace)', async () => {
    const syncs = await syncsBeforeAnswers({ send: 60, together: true });
    expect(syncs).toHaveLength(60);
    const total = syncs.reduce((sum, count) => sum + count);
    expect(syncs[0]).toBeGreaterThanOrEqual(2);
    expect(total).toBeLessThanOrEqual(12);
  });

  it('uses a journal in WAL mode for every connection', () => {
    const path = temporaryPath();
    open(path);
    expect(query(path, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(existsSync(`${path}-wal`)).toBe(true);
  });
});
