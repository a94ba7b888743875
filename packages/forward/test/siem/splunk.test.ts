import { samples } from '@spiderfoot-webhooks/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type SplunkOptions, siem } from '../../src/siem/index.ts';
import { received } from '../support/events.ts';
import { answers, type Behavior, neverAnswers, startTarget } from '../support/target.ts';

const apiKey = '11111111-2222-3333-4444-555555555555';

/** An answer of the collector with one of its codes. */
const hec = (status: number, code: number, text: string, more: object = {}): Behavior =>
  answers(status, JSON.stringify({ text, code, ...more }), { 'content-type': 'application/json' });
const success = hec(200, 0, 'Success');

function start(endpoint: string, options: Partial<SplunkOptions> = {}) {
  const forward = siem({
    format: 'splunk',
    endpoint,
    apiKey,
    allowHttp: true,
    retries: 1,
    baseDelay: 1,
    breaker: false,
    batch: { size: 4, wait: 10 },
    ...options,
  });
  onTestFinished(() => forward.close());
  return forward;
}

interface HecEvent {
  readonly time: number;
  readonly event: { readonly id: string; readonly event_type: string; readonly data: unknown };
}

const eventsOf = (body: string): HecEvent[] => body.split('\n').map((line) => JSON.parse(line));

const distinct = (count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, i) => received('event.new', { data: { data: `finding ${i}` } })),
  );

describe('the HTTP Event Collector', () => {
  it('the collector gets concatenated JSON objects, with the token', async () => {
    const target = await startTarget(success);
    const forward = start(target.url, { index: 'osint', host: 'sf1' });
    const events = await distinct(3);
    await Promise.all(events.map(({ event, context }) => forward(event, context)));
    expect(target.requests).toHaveLength(1);
    const { path, headers, body } = target.requests[0] ?? { body: '' };
    expect(path).toBe('/services/collector/event');
    expect(headers).toMatchObject({ authorization: `Splunk ${apiKey}` });
    expect(eventsOf(body)).toMatchObject(
      events.map(({ event, context }) => ({
        index: 'osint',
        host: 'sf1',
        sourcetype: 'spiderfoot',
        time: 1704110400,
        event: { id: context.id, event_type: 'event.new', data: event.data },
      })),
    );
  });

  it.each([
    [8, 500, 'Internal server error'],
    [9, 503, 'Server is busy'],
    [18, 503, 'HEC is unhealthy, queues are full'],
    [23, 503, 'Server is shutting down'],
    [26, 429, 'HEC request queue at capacity'],
  ])('the collector gets the event again after the code %i', async (code, status, text) => {
    const target = await startTarget(hec(status, code, text), success);
    const { event, context } = await received('scan_completed');
    await start(target.url)(event, context);
    expect(target.requests).toHaveLength(2);
  });

  it.each([
    [1, 403, 'Token disabled'],
    [3, 401, 'Invalid authorization'],
    [4, 403, 'Invalid token'],
    [6, 400, 'Invalid data format'],
    [7, 400, 'Incorrect index'],
    [10, 400, 'Data channel is missing'],
    [13, 400, 'Event field cannot be blank'],
  ])(
    'the collector does not get the event again after the code %i, and the error contains its answer',
    async (code, status, text) => {
      const target = await startTarget(hec(status, code, `${text} ${apiKey}`));
      const { event, context } = await received('scan_completed');
      const error: unknown = await start(target.url)(event, context).catch((error) => error);
      expect(error).toMatchObject({ code: 'rejected', status, attempt: 1 });
      expect(String(error)).toContain(text);
      expect(String(error)).not.toContain(apiKey);
      expect(target.requests).toHaveLength(1);
    },
  );

  it.each([
    ['an HTML page', '<html>Sign in</html>'],
    ['an empty body', ''],
    ['other JSON', '{"ok":true}'],
    ['an array', '[]'],
    ['a failure code', '{"text":"Server is busy","code":9}'],
  ])('the handler fails if the collector answers 200 with %s', async (_name, body) => {
    const target = await startTarget(answers(200, body));
    const { event, context } = await received('scan_completed');
    await expect(start(target.url)(event, context)).rejects.toMatchObject({
      code: 'invalid_answer',
      status: 200,
    });
  });

  it('the collector gets the other events of a batch if it rejects one', async () => {
    const indexed: string[] = [];
    // Like the real collector, keep the events before the invalid one.
    const target = await startTarget((response) => {
      const events = eventsOf(target.requests.at(-1)?.body ?? '');
      const invalid = events.findIndex(({ event }) => JSON.stringify(event.data).includes('finding 2'));
      const kept = invalid < 0 ? events : events.slice(0, invalid);
      indexed.push(...kept.map(({ event }) => event.id));
      const answer =
        invalid < 0 ? success : hec(400, 6, 'Invalid data format', { 'invalid-event-number': invalid });
      answer(response, response.req);
    });
    const forward = start(target.url);
    const events = await distinct(4);
    const results = await Promise.allSettled(events.map(({ event, context }) => forward(event, context)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    const ids = events.map(({ context }) => context.id);
    expect([...new Set(indexed)].toSorted()).toEqual([ids[0], ids[1], ids[3]].toSorted());
  });

  it('the handler fails with a timeout if the collector never answers, and the forwarder can still be closed', async () => {
    const target = await startTarget(neverAnswers);
    const forward = siem({
      format: 'splunk',
      endpoint: target.url,
      apiKey,
      allowHttp: true,
      timeout: 50,
      retries: 0,
    });
    const { event, context } = await received('scan_completed');
    await expect(forward(event, context)).rejects.toMatchObject({ code: 'timeout' });
    await forward.close();
    await expect(forward(event, context)).rejects.toMatchObject({ code: 'closed' });
  });

  it('the collector gets the data of every type unchanged', async () => {
    const target = await startTarget(success);
    const forward = start(target.url, { batch: { size: 1000, wait: 50 } });
    const all = await Promise.all(Object.keys(samples).map((type) => received(type)));
    await Promise.all(all.map(({ event, context }) => forward(event, context)));
    const sent = target.requests.flatMap(({ body }) => eventsOf(body));
    expect(sent.map(({ event }) => event.data)).toEqual(Object.values(samples));
  });
});
