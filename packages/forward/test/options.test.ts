import { inspect } from 'node:util';
import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { describe, expect, it } from 'vitest';
import { discord } from '../src/discord/index.ts';
import { createTransport, fallback, minSeverity, throttle, when } from '../src/index.ts';
import { slack } from '../src/slack/index.ts';
import { teams } from '../src/teams/index.ts';
import { webhook } from '../src/webhook/index.ts';

/** What a call that is wrong throws, at once. `as never`: the compiler would not let it through. */
function thrownBy(call: () => unknown): ConfigurationError {
  try {
    call();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('A transport names the option that cannot work', () => {
  it.each<[string, Record<string, unknown>]>([
    ['timeout', { timeout: 0 }],
    ['timeout', { timeout: 2 ** 31 }],
    ['timeout', { timeout: '5' }],
    ['retries', { retries: -1 }],
    ['retries', { retries: 1.5 }],
    ['baseDelay', { baseDelay: Number.NaN }],
    ['maxDelay', { maxDelay: null }],
    ['maxInFlight', { maxInFlight: 0 }],
    ['breaker', { breaker: true }],
    ['breaker', { breaker: null }],
    ['breaker.failures', { breaker: { failures: 0 } }],
    ['breaker.coolDown', { breaker: { coolDown: -1 } }],
    ['breaker.cooldown', { breaker: { cooldown: 1 } }],
    ['logger', { logger: { warn: () => {} } }],
    ['logger', { logger: null }],
    ['allowHttp', { allowHttp: 'yes' }],
    ['allowPrivate', { allowPrivate: 1 }],
    ['allowedHosts', { allowedHosts: [] }],
    ['allowedHosts', { allowedHosts: 'example.com' }],
    ['allowedHosts', { allowedHosts: ['https://example.com'] }],
    ['allowedHosts', { allowedHosts: ['example.com/path'] }],
    ['allowedHosts', { allowedHosts: ['user@example.com'] }],
    ['allowedHosts', { allowedHosts: [7] }],
    ['tls', { tls: 'ca.pem' }],
    ['tls.rejectUnauthorized', { tls: { rejectUnauthorized: false } }],
    ['retry', { retry: 3 }],
  ])('%s: %j', (option, options) => {
    expect(thrownBy(() => createTransport('siem', options as never)).option).toBe(option);
  });
});

const forwarders: [string, (options: { url: string; allowHttp?: boolean }) => unknown][] = [
  ['slack', slack],
  ['discord', discord],
  ['teams', teams],
  ['webhook', (options) => webhook({ ...options, secret: 'a secret' })],
];

describe.each(forwarders)('%s', (_name, create) => {
  it.each<[string, string, unknown]>([
    ['no URL', 'is not a URL', undefined],
    ['an empty one', 'is not a URL', ''],
    ['what is none', 'is not a URL', 'hooks.slack.com/services/T0/B0/top-secret'],
    ['http', 'allowHttp', 'http://hooks.slack.com/services/T0/B0/top-secret'],
    ['another protocol', 'https://', 'ftp://hooks.slack.com/services/T0/B0/top-secret'],
    ['credentials', 'user name', 'https://me:top-secret@hooks.slack.com/services'],
  ])('refuses %s, and does not tell it', (_what, words, url) => {
    const error = thrownBy(() => create({ url } as never));
    expect(error.option).toBe('url');
    expect(error.message).toContain(words);
    expect(inspect(error)).not.toContain('top-secret');
  });

  it('refuses an option that is not known', () => {
    expect(thrownBy(() => create({ url: 'https://example.com', channel: '#a' } as never)).option).toBe(
      'channel',
    );
  });
});

describe('webhook', () => {
  const url = 'https://example.com';
  it.each([undefined, '', ' a secret', 'a secret\n', new Uint8Array(), 7])(
    'refuses %j as a secret',
    (secret) => {
      expect(thrownBy(() => webhook({ url, secret } as never)).option).toBe('secret');
    },
  );

  it('wants to know the hosts where it makes the URL from an event', () => {
    expect(thrownBy(() => webhook({ url: () => url, secret: 's' })).option).toBe('allowedHosts');
  });

  it.each<[string, object]>([
    ['headers', { 'a b': 'c' }],
    ['headers.x', { x: 'a\r\nb: c' }],
    ['headers.x', { x: 7 }],
    ['headers.Content-Length', { 'Content-Length': '1' }],
    ['headers.x-spiderfoot-signature', { 'x-spiderfoot-signature': 'sha256=0' }],
  ])('names %s', (option, headers) => {
    expect(thrownBy(() => webhook({ url, secret: 's', headers } as never)).option).toBe(option);
  });
});

describe('What forwarders are composed with', () => {
  const handler = () => {};
  it.each<[string, () => unknown]>([
    ['handler', () => fallback(handler, 'slack' as never)],
    ['handler', () => when(() => true, undefined as never)],
    ['predicate', () => when(true as never, handler)],
    ['severity', () => minSeverity('high' as never, handler)],
    ['severities.x', () => minSeverity('HIGH', handler, { severities: { x: 'SEVERE' as never } })],
    ['handler', () => throttle(undefined as never)],
    ['window', () => throttle(handler, { window: 0 })],
    ['max', () => throttle(handler, { max: 0 })],
    ['every', () => throttle(handler, { every: 1 } as never)],
  ])('names %s', (option, call) => {
    expect(thrownBy(call).option).toBe(option);
  });
});
