import { AlwaysOffSampler, ParentBasedSampler } from '@opentelemetry/sdk-trace';
import { expect, it } from 'vitest';
import {
  readStoredContext,
  readTraceContext,
  toStoredContext,
} from '../../src/opentelemetry/trace-context.ts';
import { send } from '../support/observed.ts';
import { traced } from '../support/traced.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const traceparent = `00-${traceId}-${spanId}-01`;

it('a request links to the trace of its sender, and begins a trace of its own', async () => {
  const { receiver, exported } = await traced();
  await send(receiver, 'scan_completed', { headers: { traceparent, tracestate: 'vendor=1' } });
  const span = (await exported()).get('process default');
  expect(span?.traceId).not.toBe(traceId);
  expect(span?.parentSpanId).toBeUndefined();
  expect(span?.links).toEqual([{ traceId, spanId, traceState: 'vendor=1' }]);
});

it('with senderContext "parent", a request continues the trace of its sender', async () => {
  const { receiver, exported } = await traced({}, { senderContext: 'parent' });
  await send(receiver, 'scan_completed', { headers: { traceparent } });
  expect((await exported()).get('process default')).toMatchObject({
    traceId,
    parentSpanId: spanId,
    links: [],
  });
});

it('with senderContext "ignore", the headers of a sender are not read', async () => {
  const { receiver, exported } = await traced({}, { senderContext: 'ignore' });
  await send(receiver, 'scan_completed', { headers: { traceparent } });
  const span = (await exported()).get('process default');
  expect(span?.traceId).not.toBe(traceId);
  expect(span?.links).toEqual([]);
});

it('a sender cannot make a sampler that follows the parent sample its requests', async () => {
  const { receiver, exported } = await traced(
    {},
    {},
    new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  );
  await send(receiver, 'scan_completed', { headers: { traceparent } });
  expect((await exported()).size).toBe(0);
});

it.each([
  `00-${traceId.toUpperCase()}-${spanId}-01`,
  `00-${'0'.repeat(32)}-${spanId}-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  `01-${traceId}-${spanId}-01`,
  `ff-${traceId}-${spanId}-01`,
  `00-${traceId}-${spanId}-1`,
  `00-${traceId}-${spanId}-0g`,
  `00-${traceId}-${spanId}-01-more`,
  `${traceparent}, ${traceparent}`,
  ` ${traceparent}`,
  `${traceparent}\n`,
  `00-${traceId}${spanId}-01`,
  'x'.repeat(100_000),
  '',
  undefined,
])('the invalid traceparent %j is ignored', (value) => {
  expect(readTraceContext(value, undefined)).toBeUndefined();
});

it('unknown flags of a traceparent are dropped', () => {
  expect(readTraceContext(`00-${traceId}-${spanId}-ff`, undefined)?.traceFlags).toBe(1);
  expect(readTraceContext(`00-${traceId}-${spanId}-fe`, undefined)?.traceFlags).toBe(0);
});

it('a tracestate of 512 characters is kept, and a longer one is dropped', () => {
  const ofLength = (length: number) =>
    Array.from({ length: 8 }, (_, n) => `k${n}=`.padEnd(63, 'v'))
      .join(',')
      .padEnd(length, 'v');
  const kept = readTraceContext(traceparent, ofLength(512));
  expect(kept?.traceState?.serialize()).toHaveLength(512);
  const dropped = readTraceContext(traceparent, ofLength(513));
  expect(dropped).toMatchObject({ traceId, spanId });
  expect(dropped?.traceState).toBeUndefined();
});

it('a stored context is read as it was written', () => {
  const [plain, withState] = [
    readTraceContext(traceparent, undefined),
    readTraceContext(traceparent, 'a=1,b=2'),
  ];
  if (plain === undefined || withState === undefined) throw new Error('both are valid');
  expect(toStoredContext(plain)).toBe(traceparent);
  expect(toStoredContext(withState)).toBe(`${traceparent} a=1,b=2`);
  const read = readStoredContext(`${traceparent} a=1,b=2`);
  expect(read?.traceState?.serialize()).toBe('a=1,b=2');
  expect(readStoredContext('not a context')).toBeUndefined();
});
