import { isLocalRequest } from '@spiderfoot-webhooks/core/adapter';
import { expect, it } from 'vitest';

const local = {
  address: '127.0.0.1',
  host: 'localhost:8080',
  headerNames: ['host', 'accept'],
  httpVersion: '1.1',
};

it.each([
  ['IPv4', local],
  ['IPv6', { ...local, address: '::1', host: '[::1]:8080' }],
  ['IPv4 on a dual-stack socket', { ...local, address: '::ffff:127.0.0.1', host: '127.0.0.1' }],
])('a direct request from this machine over %s is local', (_, source) => {
  expect(isLocalRequest(source)).toBe(true);
});

it.each([
  ['from another address', { ...local, address: '192.0.2.1' }],
  ['from an unknown address', { ...local, address: undefined }],
  ['with a host name that resolves to this machine', { ...local, host: 'rebound.example' }],
  ['without a host', { ...local, host: undefined }],
  ['that a proxy passed on', { ...local, headerNames: ['host', 'x-forwarded-for'] }],
  ['over HTTP/1.0, as nginx forwards it', { ...local, httpVersion: '1.0' }],
])('a request %s is not local', (_, source) => {
  expect(isLocalRequest(source)).toBe(false);
});

it.each([
  'x-forwarded-for',
  'via',
  'cf-ray',
  'tailscale-user-login',
  'x-goog-iap-jwt-assertion',
  'x-sucuri-clientip',
])('a request with the header %s, which a proxy adds, is not local', (name) => {
  expect(isLocalRequest({ ...local, headerNames: [...local.headerNames, name] })).toBe(false);
});
