import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ConfigFileError } from '../../src/config/config-file-error.ts';
import { loadConfig } from '../../src/config/index.ts';
import { parseIni } from '../../src/config/ini.ts';
import { entryOf, interpolated } from '../../src/config/interpolate.ts';
import { ConfigurationError, createReceiver } from '../../src/index.ts';
import { signedDelivery } from '../../src/testing/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

let serial = 0;

function fileWith(content: string | Uint8Array): string {
  const path = join(folder, `${++serial}.ini`);
  writeFileSync(path, content);
  return path;
}

const load = (content: string | Uint8Array) => loadConfig(fileWith(content));

function errorOf(content: string | Uint8Array): ConfigFileError {
  try {
    load(content);
  } catch (error) {
    if (error instanceof ConfigFileError) return error;
    throw error;
  }
  throw new Error('Nothing was rejected');
}

/** The guide's, with what its other parts add. */
const guide = `[webhooks]
# Enable webhooks
enabled = true

# Default webhook URL
default_url = https://your-server.com/webhook

# Webhook secret for signature verification
secret = your-webhook-secret

# Events to send
events = scan_completed,high_risk_event,correlation_found

# Retry configuration
max_retries = 3
retry_delay = 30

verify_tls = True
ca_bundle = /path/to/ca-bundle.pem
client_cert = /path/to/client.pem
client_key = /path/to/client.key
`;

const several = `[DEFAULT]
trusted_proxies = loopback
[global]
dbpath = /var/lib/spiderfoot.db
100% = raw % of another section's
[webhooks]
enabled: yes
max_retries: 5
[webhooks:security_team]
url = https://security.company.com/webhook
events =
    high_risk_event
    # a comment in between
    scan_completed
secret = a%%b%%%%c
previous_secret = the-one-before
allowed_ips = 192.168.1.100, 10.0.0.0/24
[webhooks:siem-system]
SECRET: siem:system=secret ; and not a comment
events: all
path = /siem
tolerance = 300
timeout = 10
signature_header = X-SpiderFoot-Signature-256
[webhooks:slack_alerts]
url = https://hooks.slack.com/services/YOUR/SLACK/WEBHOOK
events = scan_failed,high_risk_event
format = slack
[webhooks:off]
enabled = no
`;

describe('loadConfig', () => {
  it("reads the guide's section", () => {
    expect(load(guide)).toEqual({
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

  it('reads an endpoint from each further section, and leaves out what is off or sent elsewhere', () => {
    const { enabled, endpoints, ignored } = load(several);
    expect(enabled).toBe(true);
    expect(endpoints.map(({ name, path, options }) => ({ name, path, options }))).toEqual([
      {
        name: 'security_team',
        path: '/webhook',
        options: {
          endpoint: 'security_team',
          secret: ['a%b%%c', 'the-one-before'],
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

  it('gives options that a receiver takes as they are', async () => {
    const [endpoint] = load(several).endpoints;
    if (endpoint === undefined) throw new Error('There is no endpoint');
    const receiver = createReceiver(endpoint.options);
    const outcomeOf = async (secret: string, type: 'scan_completed' | 'scan_failed', peer = '10.0.0.7') =>
      (await receiver.receive(await signedDelivery(type, { secret }, peer))).status;
    expect(await outcomeOf('a%b%%c', 'scan_completed')).toBe('processed');
    expect(await outcomeOf('the-one-before', 'scan_failed')).toBe('ignored');
    expect(await outcomeOf('a%%b%%%%c', 'scan_completed')).toBe('rejected');
    expect(await outcomeOf('a%b%%c', 'scan_completed', '10.0.1.7')).toBe('rejected');
  });

  it('mounts by the path of the URL, at /webhook and /webhook/NAME where there is none', () => {
    const { endpoints } = load(
      '[webhooks]\nsecret = a\n[webhooks:b]\nsecret = b\n[webhooks:c]\nsecret = c\nurl = https://h/x/c?d=e\n',
    );
    expect(endpoints.map(({ path }) => path)).toEqual(['/webhook', '/webhook/b', '/x/c']);
  });

  it('takes secrets from a file beside it, the first one in use', () => {
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

  it('tells that webhooks are off', () => {
    expect(load('[webhooks]\nenabled = OFF\nsecret = a\n').enabled).toBe(false);
    expect(load('[webhooks:a]\nsecret = a\n').enabled).toBe(true);
  });

  it('takes types of your own schemas', () => {
    const schemas = { 'asset.discovered': z.object({ asset: z.string() }) };
    const path = fileWith('[webhooks]\nsecret = a\nevents = asset.discovered, scan.*\n');
    const [endpoint] = loadConfig(path, { schemas }).endpoints;
    expect(endpoint?.options).toMatchObject({ schemas, events: ['asset.discovered', 'scan.*'] });
    expect(() => createReceiver({ ...endpoint?.options, secret: 'a' })).not.toThrow();
  });
});

/** Ten references to a line, to a line of ten references, … */
const bomb = ['[webhooks]', 'k0 = hush-hush%%']
  .concat(Array.from({ length: 7 }, (_, n) => `k${n + 1} = ${`%(k${n})s`.repeat(10)}`))
  .concat('secret = %(k7)s')
  .join('\n');

describe('loadConfig rejects, and names file, line and key', () => {
  const main = (lines: string) => `[webhooks]\nsecret = hush-hush\n${lines}\n`;
  it.each<readonly [what: string, content: string, line: number, key: string | undefined, words: RegExp]>([
    ['a missing secret', '\n[webhooks]\nenabled = true\n', 2, 'secret', /is missing/],
    [
      'a missing secret of one',
      '[webhooks:a]\nsecret = x\n[webhooks:b]\nurl = http://h/\n',
      3,
      'secret',
      /missing/,
    ],
    ['an empty secret', '[webhooks]\nsecret =\n', 2, 'secret', /is empty/],
    [
      'a secret that swallows a line',
      '[webhooks]\nsecret = hush-hush\n events = all\n',
      2,
      'secret',
      /indented/,
    ],
    ['a secret and a file', main('secret_file = x'), 3, 'secret_file', /with "secret"/],
    ['a file that is not there', '[webhooks]\nsecret_file = none\n', 2, 'secret_file', /ENOENT/],
    ['a key twice', main('events = all\nSecret : hush-hush2'), 4, 'secret', /line 2/],
    ['a section twice', main('[webhooks]'), 3, undefined, /section of line 1/],
    ['a key before any section', 'secret = hush-hush\n[webhooks]\n', 1, undefined, /before the first/],
    ['a line that is no key', main('hush-hush'), 3, undefined, /not a \[section\]/],
    ['a line without a key', main('= hush-hush'), 3, undefined, /not a \[section\]/],
    ['a nearly right key', main('allowed_ip = 10.0.0.1'), 3, 'allowed_ip', /mean "allowed_ips"/],
    [
      'a nearly right key for all',
      `[DEFAULT]\nsecrets = hush-hush\n${main('')}`,
      2,
      'secrets',
      /mean "secret"/,
    ],
    ['a nearly right section', main('[webhook.siem]'), 3, undefined, /\[webhooks:NAME\]/],
    ['a section of another case', '[Webhooks]\nsecret = hush-hush\n', 1, undefined, /\[webhooks:NAME\]/],
    ['a second default', main('[webhooks:default]'), 3, undefined, /"default"/],
    ['an endpoint default_url', main('[webhooks:a]\ndefault_url = http://h/'), 4, 'default_url', /Use "url"/],
    ['an unknown event', main('events = all,\n  scan_complet'), 3, 'events', /entry 2 .*"scan_completed"/],
    [
      'a list that swallows a secret',
      '[webhooks]\nevents = all\n secret = hush-hush\n',
      2,
      'events',
      /entry 2/,
    ],
    ['no events', main('events ='), 3, 'events', /empty list/],
    ['a name for an address', main('allowed_ips = hush-hush'), 3, 'allowed_ips', /entry 1 is not an address/],
    ['half a proxy', main('trusted_proxies = 10.0.0.0/8, 10/8'), 3, 'trusted_proxies', /entry 2/],
    ['a header with a space', main('signature_header = a b'), 3, 'signature_header', /not a header name/],
    ['a switch that is none', main('[webhooks:a]\nenabled = maybe'), 4, 'enabled', /true or false/],
    ['retries without number', main('max_retries = -1'), 3, 'max_retries', /whole number/],
    ['a delay without number', main('retry_delay = 30 s'), 3, 'retry_delay', /seconds/],
    ['no tolerance at all', main('tolerance = 0'), 3, 'tolerance', /more than 0/],
    ['a tolerance of an unknown unit', main('tolerance = 5y'), 3, 'tolerance', /duration such as 5m/],
    ['a URL that is none', main('default_url = hush-hush'), 3, 'default_url', /https/],
    ['a path that is none', main('path = webhook'), 3, 'path', /path of a URL/],
    ['a path with dots', main('path = /a/../webhook'), 3, 'path', /path of a URL/],
    ['a path with a pattern', main('path = /:all*'), 3, 'path', /path of a URL/],
    ['a URL with a pattern', main('default_url = http://h/*'), 3, 'default_url', /Set "path"/],
    ['a path twice', main('[webhooks:a]\npath = /webhook\nsecret = b'), 3, 'path', /endpoint "default"/],
    ['a path of another case', main('[webhooks:a]\npath = /Webhook/\nsecret = b'), 3, 'path', /"default"/],
    ['references without end', bomb, 10, 'secret', /more than 1000 references/],
    ['a single percent sign', '[webhooks]\nsecret = hush%hush\n', 2, 'secret', /"%%"/],
    ['a reference to nothing', '[webhooks]\nsecret = %(hush)s\n', 2, 'secret', /does not exist/],
    ['a reference to itself', '[webhooks]\nsecret = %(secret)s\n', 2, 'secret', /10 deep/],
    ['an invisible character', '\ufeff[webhooks]\nsecret = a\n', 1, undefined, /invisible/],
    ['a control character', '[webhooks]\nsecret = a\u0000\n', 2, undefined, /invisible/],
  ])('%s', (_, content, line, key, words) => {
    const error = errorOf(content);
    expect(error).toBeInstanceOf(ConfigurationError);
    const { message } = error;
    expect({ line: error.line, key: error.key }).toEqual({ line, key });
    expect(error.option).toBe(key ?? 'path');
    expect(message).toMatch(words);
    expect(message).toContain(`${error.file}, line ${line},`);
    expect(message).not.toMatch(/hush/);
  });

  it('a file without webhooks, one that is not UTF-8, one that is far too large, and none', () => {
    expect(errorOf('[global]\na = b\n').message).toMatch(/has no section \[webhooks\]/);
    expect(errorOf(Buffer.from('[webhooks]\nsecret = \xe9\n', 'latin1')).message).toMatch(/UTF-8/);
    expect(errorOf(`[webhooks]\nsecret = s\n${'# x\n'.repeat(300_000)}`).message).toMatch(
      /larger than 1 MiB/,
    );
    expect(() => loadConfig(join(folder, 'none.ini'))).toThrow(/none\.ini, which cannot be read \(ENOENT\)/);
    expect(() => loadConfig('')).toThrow(ConfigurationError);
  });
});

/** What both read of a file: each section's keys; `null` for a value, or a file, that is rejected. */
type Read = Readonly<Record<string, Readonly<Record<string, string | null>>>> | null;

const program = fileURLToPath(new URL('read_config.py', import.meta.url));

function readInPython(files: readonly string[]): readonly unknown[] {
  const output = execFileSync('python3', [program], { input: JSON.stringify(files), maxBuffer: 2 ** 26 });
  return output
    .toString()
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

function readHere(text: string): Read {
  try {
    const ini = parseIni(text, 'x');
    return Object.fromEntries(
      [ini.defaults, ...ini.sections].map((section) => {
        const keys = new Set([...ini.defaults.entries.keys(), ...section.entries.keys()]);
        const value = (key: string) => {
          const entry = entryOf(ini, section, key);
          return entry === undefined ? null : orNull(() => interpolated(ini, section, entry, 'x'));
        };
        return [section.name, Object.fromEntries([...keys].map((key) => [key, value(key)]))];
      }),
    );
  } catch (error) {
    if (error instanceof ConfigFileError) return null;
    throw error;
  }
}

function orNull(read: () => string): string | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigFileError) return null;
    throw error;
  }
}

/** Text of what an INI file is made of, well formed now and then. */
const iniText: fc.Arbitrary<string> = (() => {
  const word = fc.constantFrom(
    'a',
    'B',
    'ä',
    'İ',
    '__proto__',
    'secret',
    '%',
    '%%',
    '%(a)s',
    '%(B',
    ')s',
    '',
  );
  const space = fc.constantFrom('', ' ', '\t', '  ', '\u00a0', '\u2028');
  const sign = fc.constantFrom('=', ':', '#', ';', '[', ']', ' ', ',');
  const text = fc.array(fc.oneof(word, word, sign, space), { maxLength: 6 }).map((parts) => parts.join(''));
  const line = fc.oneof(
    { weight: 1, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: text },
    { weight: 1, arbitrary: fc.tuple(space, fc.constantFrom('#', ';'), text).map((parts) => parts.join('')) },
    { weight: 2, arbitrary: fc.tuple(space, text).map((parts) => parts.join('')) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(space, fc.constantFrom('x', 'y', 'DEFAULT', 'z]', 'ä ö'), fc.constantFrom('', ' ; c', '] d'))
        .map(([before, name, after]) => `${before}[${name}]${after}`),
    },
    {
      weight: 8,
      arbitrary: fc
        .tuple(space, word, fc.nat({ max: 30 }), space, fc.constantFrom('=', ':'), space, text)
        .map(([before, name, n, ...rest]) => `${before}${name}${n}${rest.join('')}`),
    },
  );
  const end = fc.constantFrom('\n', '\n', '\r\n', '\r');
  return fc
    .array(fc.tuple(line, end), { maxLength: 12 })
    .map((lines) => `[s]\n${lines.map((parts) => parts.join('')).join('')}`);
})();

/** Keys that refer to keys, as deep as Python follows and one deeper. */
const references = ['[DEFAULT]', 'host = h%%', '[s]', 'k0 = %(Host)s', 'k1 = (%(K0)s)']
  .concat(Array.from({ length: 12 }, (_, n) => `k${n + 2} = %(k${n + 1})s`))
  .join('\n');

describe("Python's configparser and this parser", () => {
  it('read the same out of any file, and reject the same', () => {
    const texts = [guide, several, '', 'a = b', '[a]', references, ...fc.sample(iniText, 3000)];
    const files = texts.map(fileWith);
    const here = texts.map(readHere);
    expect(here).toEqual(readInPython(files));
    // Else the two could agree on rejecting everything.
    expect(here.filter((read) => read !== null).length).toBeGreaterThan(texts.length / 4);
    expect(here.filter((read) => read === null).length).toBeGreaterThan(texts.length / 20);
  });

  it('read the same secrets', () => {
    const [guides, others] = readInPython([fileWith(guide), fileWith(several)]);
    expect(guides).toMatchObject({ webhooks: { secret: 'your-webhook-secret', max_retries: '3' } });
    expect(others).toMatchObject({
      'webhooks:security_team': { secret: 'a%b%%c', events: '\nhigh_risk_event\nscan_completed' },
      'webhooks:siem-system': { secret: 'siem:system=secret ; and not a comment' },
    });
  });
});
