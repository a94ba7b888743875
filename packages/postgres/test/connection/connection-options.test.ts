import { expect, it } from 'vitest';
import { openStore } from '../../src/index.ts';

const invalid: readonly string[] = [
  '',
  'webhooks.db',
  'redis://localhost',
  'postgres://app:secret@host:port/db',
  'postgres://app:secret@[::1/db',
  'postgres://app:secret@host/db?sslrootcert=/missing/file',
];

it.each(invalid)('openStore(%j) throws a ConfigurationError that does not contain the password', (url) => {
  const expected = expect.objectContaining({ name: 'ConfigurationError', option: 'connection' });
  for (const connection of [url, { connectionString: url }]) {
    expect(() => openStore(connection)).toThrow(expected);
    expect(() => openStore(connection)).not.toThrow('secret');
  }
});

it('openStore() throws a ConfigurationError if a variable with the URL is not set', () => {
  const { url } = JSON.parse('{}');
  const expected = expect.objectContaining({ name: 'ConfigurationError', option: 'connection' });
  for (const connection of [url, null, { connectionString: url }]) {
    expect(() => openStore(connection)).toThrow(expected);
  }
});
