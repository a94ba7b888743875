import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigFileError, loadOwnSections } from '../../src/config/index.ts';
import { configFileWith } from '../support/config-files.ts';

const content = `[DEFAULT]
secret = shared
host = example.com

[webhooks]
secret = s

[forward:soc]
to = splunk
URL = https://%(host)s/100%%

[forward]
to = slack

[forwarding]
to = another
`;

/** Return the error that a function throws. */
function errorOf(run: () => unknown): ConfigFileError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigFileError) return error;
    throw error;
  }
  throw new Error('The function did not throw');
}

describe('loadOwnSections()', () => {
  it('returns the sections with the prefix, interpolated and without the keys of [DEFAULT]', () => {
    const file = configFileWith(content);
    const sections = loadOwnSections(file, 'forward');
    expect(sections.map(({ name, values, folder }) => ({ name, values: [...values], folder }))).toEqual([
      {
        name: 'soc',
        values: [
          ['to', 'splunk'],
          ['url', 'https://example.com/100%'],
        ],
        folder: dirname(file),
      },
      { name: undefined, values: [['to', 'slack']], folder: dirname(file) },
    ]);
    expect(loadOwnSections(file, 'listen')).toEqual([]);
  });

  it('fails with the line of the key, or of the section if it does not contain the key', () => {
    const [soc] = loadOwnSections(configFileWith(content), 'forward');
    expect(errorOf(() => soc?.fail('url', 'is wrong.'))).toMatchObject({ line: 10, key: 'url' });
    expect(errorOf(() => soc?.fail('token', 'is missing.'))).toMatchObject({ line: 8, key: 'token' });
  });

  it.each(['forward soc', 'Forward:soc', 'forwards', 'forward:', 'forward:a b'])(
    'rejects [%s], which is probably a misspelled section',
    (name) => {
      const file = configFileWith(`[webhooks]\nsecret = s\n[${name}]\nto = slack\n`);
      expect(errorOf(() => loadOwnSections(file, 'forward'))).toMatchObject({ line: 3, key: undefined });
    },
  );
});
