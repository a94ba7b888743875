import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, it, vi } from 'vitest';
import { createReceiver, type DeliveryTrace, type DeliveryTracer, type TraceStart } from '../../src/index.ts';
import { memoryLog, memoryQueue } from '../../src/stores/index.ts';
import { failing, observed, quick } from '../support/observed.ts';
import { secret, sender } from '../support/sender.ts';

const active = new AsyncLocalStorage<string>();

/** A tracer that records what it is called with, and names each part. */
function recorder(parts: Partial<DeliveryTrace> = {}) {
  const starts: TraceStart[] = [];
  const ends: unknown[] = [];
  const tracer: DeliveryTracer = {
    begin(start) {
      const name = `delivery ${starts.push(start)}`;
      return {
        run: (code) => active.run(name, code),
        logFields: { span_id: name },
        stored: `context of ${name}`,
        handler: (handler) => ({
          run: (code) => active.run(`${handler} of ${name}`, code),
          logFields: { span_id: `${handler} of ${name}` },
          end: (succeeded, error) => ends.push([handler, succeeded, error]),
        }),
        end: (outcome, details) => ends.push([name, outcome.status, details.attempt, details.bodySize]),
        ...parts,
      };
    },
  };
  return { tracer, starts, ends };
}

it('a tracer follows a request and the run of each handler', async () => {
  const { receiver } = observed();
  const { tracer, starts, ends } = recorder();
  const seen: unknown[] = [];
  receiver.useTracer(tracer);
  receiver.on('scan_completed', () => void seen.push(active.getStore()), { name: 'print' });
  const send = await sender();
  await send(receiver);
  expect(starts).toMatchObject([
    { endpoint: 'default', phase: 'received', queued: false, attempt: 0, stored: undefined },
  ]);
  expect(starts[0]?.header('content-type')).toMatch(/json/);
  expect(seen).toEqual(['print of delivery 1']);
  expect(ends).toEqual([
    ['print', true, undefined],
    ['delivery 1', 'processed', 1, expect.any(Number)],
  ]);
});

it('a tracer gets the stored context of a request with each attempt at its queued delivery', async () => {
  const { receiver, outcomes } = observed({ queue: memoryQueue(quick) });
  const { tracer, starts, ends } = recorder();
  receiver.useTracer(tracer);
  receiver.on('scan_completed', failing(1), { name: 'siem' });
  await (await sender())(receiver);
  await vi.waitFor(() => expect(outcomes).toHaveLength(3));
  const attempted = { phase: 'handled', queued: false, stored: 'context of delivery 1' };
  expect(starts).toMatchObject([
    { phase: 'received', queued: true },
    { ...attempted, attempt: 1 },
    { ...attempted, attempt: 2 },
  ]);
  expect(ends).toContainEqual(['siem', false, expect.any(Error)]);
  expect(ends).toContainEqual(['siem', true, undefined]);
});

it('the log stores the context of a request, unless it is too long or contains other characters', async () => {
  for (const [stored, expected] of [
    ['00-trace', '00-trace'],
    ['x'.repeat(1001), undefined],
    ['line\nbreak', undefined],
  ] as const) {
    const log = memoryLog();
    const record = vi.spyOn(log, 'record');
    const { receiver } = observed({ log });
    receiver.useTracer(recorder({ stored }).tracer);
    await (await sender())(receiver);
    expect(record.mock.calls.map(([entry]) => entry.traceContext)).toEqual([expected, expected]);
  }
});

it('the context and the log fields of a trace are not read if the delivery is neither stored nor logged', async () => {
  const read = vi.fn((_field: string) => undefined);
  const receiver = createReceiver({ secret });
  receiver.useTracer({
    begin: () => ({
      run: (code) => code(),
      get stored() {
        return read('stored');
      },
      get logFields() {
        return read('logFields');
      },
      handler: () => undefined,
      end() {},
    }),
  });
  receiver.on('scan_completed', () => {});
  await (await sender())(receiver);
  expect(read).not.toHaveBeenCalled();
});

it('log lines of a traced delivery contain the fields of the tracer', async () => {
  const lines: object[] = [];
  const write = (details: object) => void lines.push(details);
  const { receiver } = observed({ logger: { debug: write, info: write, warn: write, error: write } });
  receiver.useTracer(recorder().tracer);
  receiver.on('scan_completed', (_event, { logger }) => logger.info({ n: 1 }, 'from a handler'), {
    name: 'a',
  });
  await (await sender())(receiver);
  expect(lines).toMatchObject([
    { n: 1, span_id: 'a of delivery 1' },
    { status: 'processed', span_id: 'delivery 1' },
  ]);
});

it('reports a tracer that throws to onError and keeps the outcome', async () => {
  const fail = () => {
    throw new Error('no tracing');
  };
  const failingHandler = {
    run: fail,
    end: fail,
    get logFields(): Record<string, string> {
      return fail();
    },
  };
  const broken: DeliveryTracer[] = [
    { begin: fail },
    recorder({ run: fail, handler: fail, end: fail }).tracer,
    recorder({ run: fail, handler: () => failingHandler, end: fail }).tracer,
    // Code must run once, even if the tracer runs it again or not at all.
    recorder({ run: (code) => [code(), code(), fail()] }).tracer,
    recorder({ run: () => {} }).tracer,
  ];
  for (const tracer of broken) {
    const { receiver, outcomes, errors } = observed();
    const handler = vi.fn((_event, { logger }) => logger.info({}, 'handled'));
    receiver.useTracer(tracer);
    receiver.on('scan_completed', handler);
    await (await sender())(receiver);
    expect(handler).toHaveBeenCalledOnce();
    expect(outcomes).toMatchObject([{ code: 'processed' }]);
    for (const error of errors) expect(error).toMatchObject({ source: 'listener' });
  }
});

it('an error of a handler passes through the tracer', async () => {
  const { receiver, outcomes } = observed();
  const { tracer, ends } = recorder();
  receiver.useTracer(tracer);
  const error = new Error('siem is down');
  receiver.on('scan_completed', () => Promise.reject(error), { name: 'later' });
  receiver.on(
    'scan_completed',
    () => {
      throw error;
    },
    { name: 'now' },
  );
  await (await sender())(receiver);
  expect(outcomes).toMatchObject([{ code: 'handler_failed' }]);
  expect(ends).toMatchObject([
    ['now', false, error],
    ['later', false, error],
    ['delivery 1', 'rejected', 1, expect.any(Number)],
  ]);
});

it('a receiver has one tracer', () => {
  const { receiver } = observed();
  receiver.useTracer(recorder().tracer);
  expect(() => receiver.useTracer(recorder().tracer)).toThrow(/tracer/);
});
