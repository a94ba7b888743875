import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ConfigFileError } from '../../src/config/config-file-error.ts';
import { loadConfig } from '../../src/config/index.ts';
import { ConfigurationError, createReceiver } from '../../src/index.ts';
import { signedDelivery } from '../../src/testing/index.ts';
import { configFileWith, folder, guideConfig, multiEndpointConfig } from '../support/config-files.ts';

const load = (content: string | Uint8Array) => loadConfig(configFileWith(content));

/** Return the error that loadConfig() throws for this content. */
function errorOf(content: string | Uint8Array): ConfigFileError {
  try {
    load(content);
  } catch (error) {
    if (error instanceof ConfigFileError) return error;
    throw error;
  }
  throw new Error('loadConfig() did not throw');
}

describe('loadConfig()', () => {
  it("reads the section of SpiderFoot's guide", () => {
    expect(load(guideConfig)).toEqual({
      enabled: true,
      endpoints: [
        {
          name: 'default',
          path: '/webhook',
          options: {
            endpoint: 'default',
            secret: ['your-webhook-secret'],
            events: ['scan_completed', 'high_risk_event', 'correlation_found'],
          },
          sender: {
            url: 'https://your-server.com/webhook',
            maxRetries: 3,
            retryDelay: 30,
            verifyTls: true,
            caBundle: '/path/to/ca-bundle.pem',
            clientCert: '/path/to/client.pem',
            clientKey: '/path/to/client.key',
          },
        },
      ],
      ignored: [],
    });
  });

  it('reads an endpoint from each section, except disabled ones and one in the format of Slack', () => {
    const { enabled, endpoints, ignored } = load(multiEndpointConfig);
    expect(enabled).toBe(true);
    expect(endpoints.map(({ name, path, options }) => ({ name, path, options }))).toEqual([
      {
        name: 'security_team',
        path: '/webhook',
        options: {
          endpoint: 'security_team',
          secret: ['a%b%%c', 'previous-secret'],
          events: ['high_risk_event', 'scan_completed'],
          allowedIps: ['192.168.1.100', '10.0.0.0/24'],
          trustedProxies: ['loopback'],
        },
      },
      {
        name: 'siem-system',
        path: '/siem',
        options: {
          endpoint: 'siem-system',
          secret: ['siem:system=secret ; and not a comment'],
          events: ['all'],
          tolerance: 300,
          trustedProxies: ['loopback'],
          signatureHeader: ['X-SpiderFoot-Signature-256'],
        },
      },
    ]);
    expect(ignored).toEqual([{ section: 'webhooks:siem-system', key: 'timeout', line: 23 }]);
  });

  it('returns options that createReceiver() accepts', async () => {
    const [endpoint] = load(multiEndpointConfig).endpoints;
    if (endpoint === undefined) throw new Error('The file has no endpoint');
    const receiver = createReceiver(endpoint.options);
    const outcomeOf = async (secret: string, type: 'scan_completed' | 'scan_failed', peer = '10.0.0.7') =>
      (await receiver.receive(await signedDelivery(type, { secret }, peer))).status;
    expect(await outcomeOf('a%b%%c', 'scan_completed')).toBe('processed');
    expect(await outcomeOf('previous-secret', 'scan_failed')).toBe('ignored');
    expect(await outcomeOf('a%%b%%%%c', 'scan_completed')).toBe('rejected');
    expect(await outcomeOf('a%b%%c', 'scan_completed', '10.0.1.7')).toBe('rejected');
  });

  it('reads the number of rejected requests to keep', () => {
    const { endpoints } = load(
      '[webhooks]\nsecret = a\nkeep_rejected = 50\n[webhooks:b]\nsecret = b\nkeep_rejected = 0\n[webhooks:c]\nsecret = c\n',
    );
    expect(endpoints.map(({ options }) => options.keepRejected)).toEqual([50, 0, undefined]);
  });

  it('takes the path from the URL, with /webhook and /webhook/NAME as defaults', () => {
    const { endpoints } = load(
      '[webhooks]\nsecret = a\n[webhooks:b]\nsecret = b\n[webhooks:c]\nsecret = c\nurl = https://h/x/c?d=e\n',
    );
    expect(endpoints.map(({ path }) => path)).toEqual(['/webhook', '/webhook/b', '/x/c']);
  });

  it('reads secrets from secret_file, relative to the configuration file', () => {
    writeFileSync(join(folder, 'secrets'), 'new\r\nold\n\n');
    expect(load('[webhooks]\nsecret_file = secrets\n').endpoints[0]?.options.secret).toEqual(['new', 'old']);
    for (const [content, problem] of [
      [Buffer.from('new\xe9\n', 'latin1'), /UTF-8/],
      ['new\n old\n', /white space/],
      ['\n', /is empty/],
    ] as const) {
      writeFileSync(join(folder, 'secrets'), content);
      expect(errorOf('[webhooks]\nsecret_file = secrets\n').message).toMatch(problem);
    }
  });

  it('reports whether webhooks are enabled', () => {
    expect(load('[webhooks]\nenabled = OFF\nsecret = a\n').enabled).toBe(false);
    expect(load('[webhooks:a]\nsecret = a\n').enabled).toBe(true);
  });

  it('accepts the types of custom schemas', () => {
    const schemas = { 'asset.discovered': z.object({ asset: z.string() }) };
    const path = configFileWith('[webhooks]\nsecret = a\nevents = asset.discovered, scan.*\n');
    const [endpoint] = loadConfig(path, { schemas }).endpoints;
    expect(endpoint?.options).toMatchObject({ schemas, events: ['asset.discovered', 'scan.*'] });
    expect(() => createReceiver({ ...endpoint?.options, secret: 'a' })).not.toThrow();
  });
});

/** Nested references: each line has ten references to the line before it. */
const bomb = ['[webhooks]', 'k0 = hush-hush%%']
  .concat(Array.from({ length: 7 }, (_, n) => `k${n + 1} = ${`%(k${n})s`.repeat(10)}`))
  .concat('secret = %(k7)s')
  .join('\n');

describe('loadConfig()', () => {
  const main = (lines: string) => `[webhooks]\nsecret = hush-hush\n${lines}\n`;
  it.each<readonly [problem: string, content: string, line: number, key: string | undefined, words: RegExp]>([
    ['a missing secret', '\n[webhooks]\nenabled = true\n', 2, 'secret', /is missing/],
    [
      'a missing secret of one endpoint',
      '[webhooks:a]\nsecret = x\n[webhooks:b]\nurl = http://h/\n',
      3,
      'secret',
      /missing/,
    ],
    ['an empty secret', '[webhooks]\nsecret =\n', 2, 'secret', /is empty/],
    [
      'a secret with an indented line after it',
      '[webhooks]\nsecret = hush-hush\n events = all\n',
      2,
      'secret',
      /indented/,
    ],
    ['a secret and a secret_file', main('secret_file = x'), 3, 'secret_file', /with "secret"/],
    [
      'a secret_file that does not exist',
      '[webhooks]\nsecret_file = none\n',
      2,
      'secret_file',
      /does not exist/,
    ],
    ['a key twice', main('events = all\nSecret : hush-hush2'), 4, 'secret', /line 2/],
    ['a section twice', main('[webhooks]'), 3, undefined, /section of line 1/],
    ['a key before any section', 'secret = hush-hush\n[webhooks]\n', 1, undefined, /before the first/],
    ['a line that is not a key', main('hush-hush'), 3, undefined, /not a \[section\]/],
    ['a line without a key', main('= hush-hush'), 3, undefined, /not a \[section\]/],
    ['a misspelled key', main('allowed_ip = 10.0.0.1'), 3, 'allowed_ip', /mean "allowed_ips"/],
    [
      'a misspelled key in DEFAULT',
      `[DEFAULT]\nsecrets = hush-hush\n${main('')}`,
      2,
      'secrets',
      /mean "secret"/,
    ],
    ['a misspelled section', main('[webhook.siem]'), 3, undefined, /\[webhooks:NAME\]/],
    ['a section in another case', '[Webhooks]\nsecret = hush-hush\n', 1, undefined, /\[webhooks:NAME\]/],
    ['a second section for the default endpoint', main('[webhooks:default]'), 3, undefined, /"default"/],
    [
      'default_url in the section of an endpoint',
      main('[webhooks:a]\ndefault_url = http://h/'),
      4,
      'default_url',
      /Use "url"/,
    ],
    ['an unknown event', main('events = all,\n  scan_complet'), 3, 'events', /entry 2 .*"scan_completed"/],
    [
      'a list with an indented secret after it',
      '[webhooks]\nevents = all\n secret = hush-hush\n',
      2,
      'events',
      /entry 2/,
    ],
    ['no events', main('events ='), 3, 'events', /empty list/],
    [
      'a name instead of an address',
      main('allowed_ips = hush-hush'),
      3,
      'allowed_ips',
      /entry 1 is not an address/,
    ],
    [
      'a proxy with an incomplete address',
      main('trusted_proxies = 10.0.0.0/8, 10/8'),
      3,
      'trusted_proxies',
      /entry 2/,
    ],
    ['a header with a space', main('signature_header = a b'), 3, 'signature_header', /not a header name/],
    [
      'a value of enabled that is not a boolean',
      main('[webhooks:a]\nenabled = maybe'),
      4,
      'enabled',
      /true or false/,
    ],
    ['max_retries that is not a count', main('max_retries = -1'), 3, 'max_retries', /whole number/],
    ['a delay that is not a number', main('retry_delay = 30 s'), 3, 'retry_delay', /seconds/],
    ['a tolerance of 0', main('tolerance = 0'), 3, 'tolerance', /more than 0/],
    ['a tolerance with an unknown unit', main('tolerance = 5y'), 3, 'tolerance', /duration such as 5m/],
    ['more than 1000 rejected requests', main('keep_rejected = 1001'), 3, 'keep_rejected', /from 0 to 1000/],
    ['a value of default_url that is not a URL', main('default_url = hush-hush'), 3, 'default_url', /https/],
    ['a path without a leading slash', main('path = webhook'), 3, 'path', /path of a URL/],
    ['a path with dots', main('path = /a/../webhook'), 3, 'path', /path of a URL/],
    ['a path with a pattern', main('path = /:all*'), 3, 'path', /path of a URL/],
    ['a URL with a pattern', main('default_url = http://h/*'), 3, 'default_url', /Set "path"/],
    ['a path twice', main('[webhooks:a]\npath = /webhook\nsecret = b'), 3, 'path', /endpoint "default"/],
    [
      'a path twice in another case',
      main('[webhooks:a]\npath = /Webhook/\nsecret = b'),
      3,
      'path',
      /"default"/,
    ],
    ['references that expand exponentially', bomb, 10, 'secret', /more than 1000 references/],
    ['a single percent sign', '[webhooks]\nsecret = hush%hush\n', 2, 'secret', /"%%"/],
    ['a reference to a missing key', '[webhooks]\nsecret = %(hush)s\n', 2, 'secret', /does not exist/],
    ['a reference to itself', '[webhooks]\nsecret = %(secret)s\n', 2, 'secret', /10 deep/],
    ['an invisible character', '\ufeff[webhooks]\nsecret = a\n', 1, undefined, /invisible/],
    ['a control character', '[webhooks]\nsecret = a\u0000\n', 2, undefined, /invisible/],
  ])('rejects %s, and names the file, line and key', (_, content, line, key, words) => {
    const error = errorOf(content);
    expect(error).toBeInstanceOf(ConfigurationError);
    const { message } = error;
    expect({ line: error.line, key: error.key }).toEqual({ line, key });
    expect(error.option).toBe(key ?? 'path');
    expect(message).toMatch(words);
    expect(message).toContain(`${error.file}, line ${line},`);
    expect(message).not.toMatch(/hush/);
  });

  it('rejects a file without webhooks, a file that is not UTF-8, a large file, and a missing file', () => {
    expect(errorOf('[global]\na = b\n').message).toMatch(/has no section \[webhooks\]/);
    expect(errorOf(Buffer.from('[webhooks]\nsecret = \xe9\n', 'latin1')).message).toMatch(/UTF-8/);
    expect(errorOf(`[webhooks]\nsecret = s\n${'# x\n'.repeat(300_000)}`).message).toMatch(
      /larger than 1 MiB/,
    );
    expect(() => loadConfig(join(folder, 'none.ini'))).toThrow(/none\.ini, which does not exist/);
    expect(() => loadConfig('')).toThrow(ConfigurationError);
  });
});
