import { expect, it, vi } from 'vitest';
import { type HandlerRunDetails, HandlerTimeoutError } from '../../src/index.ts';
import { memoryQueue } from '../../src/stores/index.ts';
import { failing, observed, quick } from '../support/observed.ts';
import { sender } from '../support/sender.ts';

it('onHandlerRun reports each run with its name, result and error', async () => {
  const { receiver } = observed();
  const runs: HandlerRunDetails[] = [];
  receiver.on('scan_completed', () => {}, { name: 'instant' });
  receiver.on('scan_completed', async () => {}, { name: 'later' });
  receiver.on('scan_completed', failing(1), { name: 'failing' });
  receiver.on('scan_completed', () => new Promise(() => {}), { name: 'slow', timeout: 5 });
  receiver.onHandlerRun((run) => runs.push(run));
  await (await sender())(receiver);
  const byName = new Map(runs.map((run) => [run.handler, run]));
  const common = { endpoint: 'default', phase: 'received', attempt: 1, eventType: 'scan_completed' };
  expect(runs).toHaveLength(4);
  expect(byName.get('instant')).toMatchObject({ ...common, succeeded: true, error: undefined });
  expect(byName.get('later')).toMatchObject({ ...common, succeeded: true, error: undefined });
  expect(byName.get('failing')).toMatchObject({ ...common, succeeded: false, error: expect.any(Error) });
  expect(byName.get('slow')).toMatchObject({
    ...common,
    succeeded: false,
    error: expect.any(HandlerTimeoutError),
  });
  for (const { id, startedAt, duration } of runs) {
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(startedAt).toBeInstanceOf(Date);
    expect(duration).toBeGreaterThanOrEqual(0);
  }
});

it('onHandlerRun reports only the handlers that run again in a later attempt', async () => {
  const { receiver, outcomes } = observed({ queue: memoryQueue(quick) });
  const runs: HandlerRunDetails[] = [];
  receiver.on('scan_completed', () => {}, { name: 'fine' });
  receiver.on('scan_completed', failing(1), { name: 'siem' });
  receiver.onHandlerRun((run) => runs.push(run));
  await (await sender())(receiver);
  await vi.waitFor(() => expect(outcomes).toHaveLength(3));
  expect(runs.map(({ handler, phase, attempt, succeeded }) => [handler, phase, attempt, succeeded])).toEqual([
    ['fine', 'handled', 1, true],
    ['siem', 'handled', 1, false],
    ['siem', 'handled', 2, true],
  ]);
});

it('reports a failing onHandlerRun listener to onError and keeps the outcome', async () => {
  const { receiver, outcomes, errors } = observed();
  receiver.on('scan_completed', () => {});
  receiver.onHandlerRun(() => {
    throw new Error('no metrics');
  });
  receiver.onHandlerRun(() => Promise.reject(new Error('no metrics later')));
  await (await sender())(receiver);
  await vi.waitFor(() => expect(errors).toHaveLength(2));
  expect(outcomes).toMatchObject([{ code: 'processed' }]);
  expect(errors).toMatchObject([{ source: 'listener' }, { source: 'listener' }]);
});

it('handlerNames and endpoint name the handlers and the receiver', () => {
  const { receiver } = observed({ endpoint: 'siem' });
  const handler = () => {};
  receiver.on('scan_completed', handler).onAny(() => {}, { name: 'forward' });
  expect(receiver.endpoint).toBe('siem');
  expect(receiver.handlerNames).toEqual(['scan_completed', 'forward']);
  receiver.off('scan_completed', handler);
  expect(receiver.handlerNames).toEqual(['forward']);
});
