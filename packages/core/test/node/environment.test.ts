import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/index.ts';
import { readEnvironment } from '../../src/node/index.ts';

describe('the environment', () => {
  const env = { SPIDERFOOT_WEBHOOK_SECRET: 's3cret' };

  it.each(['SPIDERFOOT_ALLOWED_IPS', 'SPIDERFOOT_TRUSTED_PROXIES'])(
    'with a %s of commas is an error',
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
