import { anyEventSchema, createReceiver } from '@spiderfoot-webhooks/core';
import { describe, expect, it, vi } from 'vitest';
import { openStore } from '../../src/index.ts';
import { receive } from '../support/receivers.ts';
import { open, query, temporaryPath, until } from '../support/temporary-files.ts';
import { createRaw, createWebhook, secret } from '../support/webhooks.ts';

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
    const run = { startedAt: expect.any(Date), duration: expect.any(Number) };
    const failed = ['down 1', 'down 2'].map((error) => ({ ...run, error }));
    expect(record?.handlers).toEqual([
      { name: 'fine', succeeded: true, attempts: 1, runs: [run] },
      { name: 'siem', succeeded: true, attempts: 3, runs: [...failed, run] },
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

    const reopened = open(path);
    const handler = vi.fn();
    const schemas = { scan_completed: anyEventSchema.shape.data };
    const receiver = createReceiver({ secret, log: reopened, schemas }).on('scan_completed', handler);
    receiver.start();
    expect(await reopened.replay({ state: 'rejected' })).toBe(1);
    await until(async () => expect((await reopened.get(id))?.state).toBe('processed'));
    expect(handler).toHaveBeenCalledOnce();
    expect(handler).toHaveBeenCalledWith(
      expect.objectContaining({ data: expect.objectContaining({ events_found: 'many' }) }),
      expect.objectContaining({ id, attempt: 1 }),
    );
    expect(await reopened.get(id)).toMatchObject({ code: undefined, issues: [], attempts: 1, scanId: 's1' });
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
