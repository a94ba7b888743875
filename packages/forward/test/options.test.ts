import { inspect } from 'node:util';
import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { describe, expect, it } from 'vitest';
import { discord } from '../src/discord/index.ts';
import { createTransport, fallback, minSeverity, throttle, when } from '../src/index.ts';
import { slack } from '../src/slack/index.ts';
import { teams } from '../src/teams/index.ts';
import { webhook } from '../src/webhook/index.ts';

/** Return the error of an invalid call. Callers use `as never`, because the call does not compile otherwise. */
function thrownBy(call: () => unknown): ConfigurationError {
  try {
    call();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('The call did not throw');
}

describe('createTransport', () => {
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
  ])('throws a ConfigurationError for the option %s: %j', (option, options) => {
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
    ['a missing URL', 'must be a URL', undefined],
    ['an empty URL', 'must be a URL', ''],
    ['a URL without a protocol', 'must be a URL', 'hooks.slack.com/services/T0/B0/top-secret'],
    ['an http URL', 'allowHttp', 'http://hooks.slack.com/services/T0/B0/top-secret'],
    ['an ftp URL', 'https://', 'ftp://hooks.slack.com/services/T0/B0/top-secret'],
    ['a URL with credentials', 'user name', 'https://me:top-secret@hooks.slack.com/services'],
  ])('rejects %s as url, with an error that does not contain it', (_name, words, url) => {
    const error = thrownBy(() => create({ url } as never));
    expect(error.option).toBe('url');
    expect(error.message).toContain(words);
    expect(inspect(error)).not.toContain('top-secret');
  });

  it('rejects an unknown option', () => {
    expect(thrownBy(() => create({ url: 'https://example.com', channel: '#a' } as never)).option).toBe(
      'channel',
    );
  });
});

describe('webhook', () => {
  const url = 'https://example.com';
  it.each([undefined, '', ' a secret', 'a secret\n', new Uint8Array(), 7])(
    'rejects the secret %j',
    (secret) => {
      expect(thrownBy(() => webhook({ url, secret } as never)).option).toBe('secret');
    },
  );

  it('webhook() requires allowedHosts if url is a function', () => {
    expect(thrownBy(() => webhook({ url: () => url, secret: 's' })).option).toBe('allowedHosts');
  });

  it.each<[string, object]>([
    ['headers', { 'a b': 'c' }],
    ['headers.x', { x: 'a\r\nb: c' }],
    ['headers.x', { x: 7 }],
    ['headers.Content-Length', { 'Content-Length': '1' }],
    ['headers.x-spiderfoot-signature', { 'x-spiderfoot-signature': 'sha256=0' }],
  ])('throws a ConfigurationError for %s: %j', (option, headers) => {
    expect(thrownBy(() => webhook({ url, secret: 's', headers } as never)).option).toBe(option);
  });
});

describe('a composed forwarder', () => {
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
  ])('throws a ConfigurationError for the option %s: %s', (option, call) => {
    expect(thrownBy(call).option).toBe(option);
  });
});
