import { expect, it } from 'vitest';
import { engineOf, printableLocation } from '../src/index.ts';

it.each(['webhooks.db', '/data/webhooks.db', 'C:\\data\\webhooks.db', 'C://data/webhooks.db', ':memory:'])(
  'engineOf returns sqlite for the path %s',
  (path) => {
    expect(engineOf(path)).toBe('sqlite');
  },
);

it.each([
  ['postgres://db/webhooks', 'postgres'],
  ['POSTGRESQL://db/webhooks', 'postgres'],
  ['redis://cache', 'bullmq'],
  ['rediss://cache', 'bullmq'],
])('engineOf returns the engine of the URL %s', (location, engine) => {
  expect(engineOf(location)).toBe(engine);
});

it.each([
  ['an empty text', ''],
  ['white space before a URL', ' postgres://app:let-me-in@db/webhooks'],
  ['a line break', 'webhooks.db\n'],
  ['another database', 'mysql://app:let-me-in@db/webhooks'],
  ['a URL without two slashes', 'postgres:/app:let-me-in@db/webhooks'],
])('engineOf rejects %s, and does not repeat the location', (_, location) => {
  expect(() => engineOf(location)).toThrow(
    expect.objectContaining({ option: 'store', message: expect.not.stringContaining('let-me-in') }),
  );
});

it.each([
  ['webhooks.db', 'webhooks.db'],
  ['postgres://app@db/events', 'postgres://app@db/events'],
  ['postgres://app:let-me-in@db/events?schema=a', 'postgres://app:***@db/events?schema=a'],
  ['postgres://db/events?user=app&password=let-me-in', 'postgres://db/events?user=app&password=***'],
  ['redis://:let-me-in@cache:6380', 'redis://:***@cache:6380'],
  ['postgres://app:let^me[in@db:x/events', 'postgres://…'],
])('printableLocation prints %s without its password', (location, printed) => {
  expect(printableLocation(location)).toBe(printed);
});
