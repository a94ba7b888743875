import { afterEach, expect, it, vi } from 'vitest';
import { createLoggerMessages } from '../../src/stores/index.ts';

afterEach(() => vi.restoreAllMocks());

it('logs a lasting error once a minute, with the number of repetitions', () => {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  const error = vi.fn();
  const messages = createLoggerMessages({ error }, { path: 'webhooks.db' });
  const details = () => error.mock.calls.map(([{ err, repeated }]) => [err.message, repeated]);

  for (let n = 0; n < 5; n++) messages.error(new Error('gone'));
  messages.error(new Error('full'));
  expect(details()).toEqual([
    ['gone', undefined],
    ['full', undefined],
  ]);
  clock.mockReturnValue(60_000);
  for (let n = 0; n < 3; n++) messages.error(new Error('gone'));
  messages.error(new Error('full'));
  expect(details().slice(2)).toEqual([
    ['gone', 4],
    ['full', undefined],
  ]);
});
