import { createReceiver } from '@spiderfoot-webhooks/core';
import { signedDelivery } from '@spiderfoot-webhooks/core/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { throttle } from '../../src/index.ts';
import { type ElasticOptions, siem } from '../../src/siem/index.ts';
import { received, secret } from '../support/events.ts';
import { answers, type Behavior, floods, startTarget } from '../support/target.ts';

const apiKey = 'VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw==';
const quick = {
  format: 'elastic',
  allowHttp: true,
  retries: 1,
  baseDelay: 1,
  breaker: false,
  batch: { size: 4, wait: 10 },
} as const;

function start(endpoint: string, options: Partial<ElasticOptions> = { apiKey }) {
  const forward = siem({ ...quick, endpoint, ...options } as ElasticOptions);
  onTestFinished(() => forward.close());
  return forward;
}

interface Item {
  readonly status: number;
  failure_store?: string;
  readonly error?: { readonly type: string; readonly reason: string };
}

/** Create an index that stores documents as Elasticsearch does. `fault` can return another result for a document. */
function elasticsearch(fault: (id: string, document: string) => Item | undefined = () => undefined) {
  const index = new Map<string, unknown>();
  const answerTo = (body: string, path = ''): Behavior => {
    const lines = body.trimEnd().split('\n');
    expect(body.endsWith('\n')).toBe(true);
    const items: { create: Item }[] = [];
    for (let i = 0; i < lines.length; i += 2) {
      const { create } = JSON.parse(lines[i] ?? '');
      items.push({ create: fault(create._id, lines[i + 1] ?? '') ?? put(create._id, lines[i + 1] ?? '') });
    }
    const errors = items.some(({ create }) => create.status >= 400);
    // Like Elasticsearch, leave out the members that `filter_path` does not name.
    const parts = new URL(path, 'http://x').searchParams.get('filter_path')?.split(',') ?? [];
    if (!parts.includes('items.*.failure_store')) for (const { create } of items) delete create.failure_store;
    return answers(200, JSON.stringify({ errors, items }), { 'content-type': 'application/json' });
  };
  function put(id: string, document: string): Item {
    const reason = `[${id}]: version conflict, document already exists`;
    if (index.has(id)) return { status: 409, error: { type: 'version_conflict_engine_exception', reason } };
    index.set(id, JSON.parse(document));
    return { status: 201 };
  }
  return { index, answerTo };
}

async function startElastic(...args: Parameters<typeof elasticsearch>) {
  const { index, answerTo } = elasticsearch(...args);
  const target = await startTarget((response, request) => {
    answerTo(target.requests.at(-1)?.body ?? '', request.url)(response, request);
  });
  return { index, target };
}

const distinct = (count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, i) => received('event.new', { data: { data: `finding ${i}` } })),
  );

describe('Elasticsearch _bulk', () => {
  it('creates a document for each event, with the id of its delivery', async () => {
    const { index, target } = await startElastic();
    const forward = start(target.url, { apiKey, index: 'logs-osint-default' });
    const events = await distinct(3);
    await Promise.all(events.map(({ event, context }) => forward(event, context)));
    expect(target.requests).toHaveLength(1);
    const { path, headers, body } = target.requests[0] ?? { body: '' };
    expect(path).toMatch(/^\/_bulk\?filter_path=errors%2Citems/);
    expect(headers).toMatchObject({
      authorization: `ApiKey ${apiKey}`,
      'content-type': 'application/x-ndjson',
    });
    expect(JSON.parse(body.split('\n')[0] ?? '')).toEqual({
      create: { _index: 'logs-osint-default', _id: events[0]?.context.id },
    });
    expect([...index.keys()]).toEqual(events.map(({ context }) => context.id));
  });

  it('stores all events of groups that contain an event that is already stored', async () => {
    const { index, target } = await startElastic();
    const forward = throttle(start(target.url), { window: 2 ** 30, max: 2 });
    const [[first, second], third] = [await distinct(2), await received('scan_failed')];
    if (first === undefined || second === undefined) throw new Error('Expected two events');
    await forward(first.event, first.context);
    await Promise.all([first, second].map(({ event, context }) => forward(event, context)));
    await Promise.all([first, third].map(({ event, context }) => forward(event, context)));
    const documents = JSON.stringify([...index.values()]);
    for (const text of ['finding 0', 'finding 1', 'scan_failed']) expect(documents).toContain(text);
    await forward.close();
  });

  it('sends Basic authorization if "basic" is set', async () => {
    const { target } = await startElastic();
    const { event, context } = await received('scan_completed');
    await start(target.url, { basic: { username: 'elastic', password: 'pä:ss' } })(event, context);
    const credentials = Buffer.from('elastic:pä:ss').toString('base64');
    expect(target.requests[0]?.headers.authorization).toBe(`Basic ${credentials}`);
  });

  it('stores an event once if the answer is lost and the event is sent again', async () => {
    const { index, answerTo } = elasticsearch();
    const target = await startTarget(
      (response, request) => {
        answerTo(target.requests.at(-1)?.body ?? '');
        request.socket.resetAndDestroy();
        response.destroy();
      },
      (response, request) => answerTo(target.requests.at(-1)?.body ?? '')(response, request),
    );
    const { event, context } = await received('scan_completed');
    await start(target.url)(event, context);
    expect(target.requests).toHaveLength(2);
    expect(index.size).toBe(1);
  });

  it('retries only deferred events', async () => {
    const busy = { status: 429, error: { type: 'es_rejected_execution_exception', reason: 'queue is full' } };
    const seen = new Set<string>();
    const { index, target } = await startElastic((id, document) => {
      if (!document.includes('finding 1') || seen.has(id)) return undefined;
      seen.add(id);
      return busy;
    });
    const forward = start(target.url);
    const events = await distinct(3);
    await Promise.all(events.map(({ event, context }) => forward(event, context)));
    expect(index.size).toBe(3);
    expect(target.requests.map(({ body }) => body.trimEnd().split('\n').length / 2)).toEqual([3, 1]);
  });

  it('rejects only the event that does not match the mapping', async () => {
    const reason = `failed to parse field [a] in document, key ${apiKey}\u001b[31m`;
    const mismatch = { status: 400, error: { type: 'document_parsing_exception', reason } };
    const { index, target } = await startElastic((_id, document) =>
      document.includes('finding 1') ? mismatch : undefined,
    );
    const forward = start(target.url);
    const events = await distinct(3);
    const results = await Promise.allSettled(events.map(({ event, context }) => forward(event, context)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: 'rejected', status: 400, attempt: 1 } });
    const message = String(results[1]?.status === 'rejected' && results[1].reason);
    expect(message).toContain('document_parsing_exception');
    expect(message).not.toContain(apiKey);
    expect(message).not.toContain('\u001b');
    expect(index.size).toBe(2);
    expect(target.requests).toHaveLength(1);
  });

  describe('an event that Elasticsearch stored in the failure store', () => {
    const used = { status: 201, failure_store: 'used' };
    const startFull = () =>
      startElastic((_id, document) => (document.includes('finding 1') ? { ...used } : undefined));

    it("an event in the failure store counts as sent, and is logged as a warning with its id to the forwarder's logger", async () => {
      const { index, target } = await startFull();
      const logger = { info: vi.fn(), warn: vi.fn() };
      const forward = start(target.url, { apiKey, logger });
      const events = await distinct(3);
      await Promise.all(events.map(({ event, context }) => forward(event, context)));
      expect(index.size).toBe(2);
      expect(target.requests).toHaveLength(1);
      expect(logger.warn.mock.calls).toEqual([
        [
          {
            target: 'siem',
            host: new URL(target.url).host,
            index: 'logs-spiderfoot-default',
            id: events[1]?.context.id,
            failureStore: 'used',
          },
          expect.any(String),
        ],
      ]);
    });

    it("an event in the failure store is logged to the receiver's logger if the forwarder has none", async () => {
      const { target } = await startFull();
      const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
      const receiver = createReceiver({ secret, logger });
      receiver.onAny(start(target.url), { name: 'elastic' });
      const data = { data: 'finding 1' };
      const { status } = await receiver.receive(await signedDelivery('event.new', { secret, data }));
      expect(status).toBe('processed');
      expect(logger.warn).toHaveBeenCalledExactlyOnceWith(
        expect.objectContaining({ failureStore: 'used', eventType: 'event.new' }),
        expect.any(String),
      );
    });

    it.each([
      [{ status: 400, failure_store: 'failed', error: { type: 'x', reason: 'y' } }],
      [{ status: 400, failure_store: 'not_enabled', error: { type: 'x', reason: 'y' } }],
    ])('an event is not in the failure store if the item is %j, and the handler fails', async (item) => {
      const { target } = await startElastic(() => ({ ...item }));
      const logger = { info: vi.fn(), warn: vi.fn() };
      const { event, context } = await received('scan_completed');
      await expect(start(target.url, { apiKey, logger })(event, context)).rejects.toMatchObject({
        code: 'rejected',
        status: 400,
      });
      expect(logger.warn).not.toHaveBeenCalled();
    });
  });

  it('rejects an event that is deferred in each attempt', async () => {
    const { target } = await startElastic(() => ({ status: 503 }));
    const { event, context } = await received('scan_completed');
    await expect(start(target.url)(event, context)).rejects.toMatchObject({
      code: 'unavailable',
      status: 503,
      attempt: 2,
    });
  });

  it.each([
    ['garbage', answers(200, 'ok')],
    ['too few items', answers(200, '{"errors":false,"items":[]}')],
    ['items of another operation', answers(200, '{"errors":false,"items":[{"index":{"status":201}}]}')],
    ['items that are null', answers(200, '{"errors":false,"items":[null]}')],
    ['an endless body', floods(200)],
  ])('rejects the event if the answer is %s', async (_name, behavior) => {
    const target = await startTarget(behavior);
    const { event, context } = await received('scan_completed');
    await expect(start(target.url)(event, context)).rejects.toMatchObject({ code: 'invalid_answer' });
  });

  it('splits a batch after a 413', async () => {
    const { index, answerTo } = elasticsearch();
    const target = await startTarget((response, request) => {
      const body = target.requests.at(-1)?.body ?? '';
      const tooLarge = body.trimEnd().split('\n').length > 2;
      (tooLarge ? answers(413) : answerTo(body))(response, request);
    });
    const forward = start(target.url);
    const events = await distinct(4);
    await Promise.all(events.map(({ event, context }) => forward(event, context)));
    expect(index.size).toBe(4);
  });
});
