import { afterEach, expect, it, vi } from 'vitest';
import type { ProblemRow } from '../../src/listen/report/event-row.ts';
import { countInterval, createRepeatCounter } from '../../src/listen/report/repeated-rejections.ts';
import { listening, sendEvent, until } from '../support/listen-process.ts';

const row = (problem: string, endpoint = 'default'): ProblemRow => {
  return { time: new Date(0), severity: 'REJECTED', problem, ms: 1, endpoint };
};

afterEach(() => {
  vi.useRealTimers();
});

function counter() {
  vi.useFakeTimers();
  const shown: string[] = [];
  return { shown, ...createRepeatCounter(({ problem }) => shown.push(problem)) };
}

it('shows the count of a repeated rejection at each interval, and shows it in full after a pause', () => {
  const { shown, counts } = counter();
  expect([1, 2, 3].map(() => counts(row('401 a')))).toEqual([false, true, true]);
  vi.advanceTimersByTime(countInterval);
  expect(shown).toEqual(['2 more: 401 a']);
  expect(counts(row('401 a'))).toBe(true);
  vi.advanceTimersByTime(2 * countInterval);
  expect(shown).toEqual(['2 more: 401 a', '1 more: 401 a']);
  expect(counts(row('401 a'))).toBe(false);
});

it('does not count a rejection with another cause, client or endpoint as a repetition', () => {
  const { counts } = counter();
  expect(counts(row('401 a'), 'newline')).toBe(false);
  expect(counts(row('401 a'))).toBe(true);
  expect(counts(row('401 a'), 'newline')).toBe(true);
  expect(counts(row('401 a'), 'base64')).toBe(false);
  expect(counts(row('401 b'))).toBe(false);
  expect(counts(row('401 a', 'soc'))).toBe(false);
});

it('shows the counts when it is closed', () => {
  const { shown, counts, close } = counter();
  for (const problem of ['401 a', '401 a', '401 b']) counts(row(problem));
  close();
  close();
  expect(shown).toEqual(['1 more: 401 a']);
});

it('limits the number of counted kinds, and shows the count of the oldest', () => {
  const { shown, counts } = counter();
  counts(row('401 oldest'));
  counts(row('401 oldest'));
  for (let client = 0; client < 1000; client++) counts(row(`401 ${client}`));
  expect(shown).toEqual(['1 more: 401 oldest']);
  expect(vi.getTimerCount()).toBe(1000);
});

it('listen shows a repeated 401 once, and its count when it stops', async () => {
  const { url, program, stop } = await listening();
  for (let sent = 0; sent < 5; sent++) {
    expect((await sendEvent(url, 'scan_failed', { secret: 'another' })).status).toBe(401);
  }
  await program.says(/401 invalid_signature/);
  expect(await stop()).toBe(0);
  const lines = program.lines.filter((line) => line.includes('REJECTED'));
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain('4 more: 401 invalid_signature');
});

it.each(['--json', '--verbose'])('listen shows every rejection with %s', async (flag) => {
  const { url, program } = await listening([flag]);
  for (let sent = 0; sent < 3; sent++) await sendEvent(url, 'scan_failed', { secret: 'another' });
  await until(() => program.lines.filter((line) => line.includes('invalid_signature')).length === 3);
  expect(program.output).not.toContain(' more: ');
});
