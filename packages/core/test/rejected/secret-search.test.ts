import { createSecretSearch } from '@spiderfoot-webhooks/core/adapter';
import { describe, expect, it } from 'vitest';

const secret = 'p@ss/wörd-1&"x\\y z';
const bytes = Buffer.from(secret);
const wrapped = (text: string) => text.replace(/.{10}/g, '$&\r\n  ');
const units = [...secret].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

describe.each([
  ['as it is', secret],
  ['in hex', bytes.toString('hex')],
  ['in hex in uppercase', bytes.toString('hex').toUpperCase()],
  ['in base64 with a user', Buffer.from(`ops:${secret}`).toString('base64')],
  ['in base64url', bytes.toString('base64url')],
  ['percent-encoded', encodeURIComponent(secret)],
  ['with each byte percent-encoded', bytes.toString('hex').replace(/../g, '%$&')],
  ['in a form', new URLSearchParams({ secret }).toString()],
  ['in percent-encoded base64', encodeURIComponent(bytes.toString('base64'))],
  ['in a JSON string', JSON.stringify(secret)],
  ['in a JSON string with escaped slashes', JSON.stringify(secret).replaceAll('/', '\\/')],
  ['in a JSON string of Python', JSON.stringify(secret).replace('ö', '\\u00f6')],
  ['with each character escaped', units.join('')],
  ['in a percent-encoded JSON string', encodeURIComponent(JSON.stringify(secret))],
  ['in JSON in a JSON string', JSON.stringify(JSON.stringify(secret))],
  ['in JSON in two JSON strings', JSON.stringify(JSON.stringify(JSON.stringify(secret)))],
  ['in JSON in a form in JSON', JSON.stringify(encodeURIComponent(JSON.stringify(secret)))],
  ['in HTML', secret.replace('&', '&amp;').replace('"', '&quot;')],
  ['in HTML with each character escaped', [...secret].map((unit) => `&#${unit.charCodeAt(0)};`).join('')],
  ['in HTML in hexadecimal', [...secret].map((unit) => `&#x${unit.charCodeAt(0).toString(16)};`).join('')],
  ['in HTML in a JSON string', JSON.stringify(secret.replace('&', '&amp;').replace('"', '&#34;'))],
  ['in wrapped base64', wrapped(bytes.toString('base64'))],
  ['in wrapped base64 in a JSON string', JSON.stringify(wrapped(bytes.toString('base64')))],
])('a secret %s', (_, form) => {
  const search = createSecretSearch([secret]);

  it('is found in a header', () => {
    expect(search.isInHeader(`x ${form}`)).toBe(true);
  });

  it('is found in a body', () => {
    expect(search.isInBytes(Buffer.from(`{"a": "${form}"}`))).toBe(true);
  });

  it('is not longer than the longest form', () => {
    expect(form.replace(/^secret=|^"|"$/g, '').length).toBeLessThanOrEqual(search.longest);
  });
});

it('a character outside the Basic Multilingual Plane, which JSON escapes as two units, is found', () => {
  const search = createSecretSearch(['key-🔑-1']);
  expect(search.isInBytes(Buffer.from('"key-\\ud83d\\udd11-1"'))).toBe(true);
});

it.each(['utf16le', 'utf-16be'])('a secret in ASCII is found in a body in %s', (encoding) => {
  const body = Buffer.from('{"secret": "p@ss-1&2"}', 'utf16le');
  if (encoding === 'utf-16be') body.swap16();
  expect(createSecretSearch(['p@ss-1&2']).isInBytes(body)).toBe(true);
});

it.each([
  '100%',
  '%zz',
  '\\',
  '\\u00',
  '\\ud83d',
  '%',
  'p%40ss',
  '&',
  '&;',
  '&#;',
  '&#x;',
  '&#1114112;',
  '&#xfffffffff;',
])('no secret is found in %s', (text) => {
  const search = createSecretSearch([secret]);
  expect([search.isInHeader(text), search.isInBytes(Buffer.from(text))]).toEqual([false, false]);
});
