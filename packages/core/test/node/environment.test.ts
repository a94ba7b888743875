import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/index.ts';
import { readEnvironment } from '../../src/node/index.ts';

describe('readEnvironment()', () => {
  const env = { SPIDERFOOT_WEBHOOK_SECRET: 's3cret' };

  it.each(['SPIDERFOOT_ALLOWED_IPS', 'SPIDERFOOT_TRUSTED_PROXIES'])(
    'rejects a %s that contains only commas',
    (name) => {
      for (const value of [',', ' , ']) {
        const read = () => readEnvironment({ ...env, [name]: value });
        expect(read).toThrow(ConfigurationError);
        expect(read).toThrow(`"${name}"`);
      }
      expect(readEnvironment({ ...env, [name]: '' }).options).toEqual({ secret: 's3cret' });
    },
  );
});
