import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createForwarders } from '../src/listen/forward/forwarders.ts';

const env = { TOKEN: 'let-me-in' };

/** Return the message of the error that these targets cause. */
async function messageFor(options: { forward?: readonly string[]; config?: string }): Promise<string> {
  try {
    await createForwarders({ ...options, queued: false }, env, () => {});
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error('The targets are valid');
}

/** Write a configuration file with one section. The section begins in line 3. */
function configWith(section: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'w.ini');
  writeFileSync(file, `[webhooks]\nsecret = s\n${section}\n`);
  return file;
}

describe('an invalid --forward', () => {
  it.each([
    ['splunk=https://example.com token=let-me-in', /--forward splunk: "token" .*env:VARIABLE/],
    ['splunk=https://example.com token=env:MISSING', /"token" .*MISSING/],
    ['splunk=https://example.com token=env:let-me-in', /"token" names a variable, which is not set/],
    ['splunk=https://example.com throttle=5s', /"throttle" .*one record for each event/],
    ['slack=https://example.com severity=urgent', /"severity" .*CRITICAL/],
    ['slack=https://example.com types=scan_complete', /"types" .*Did you mean "?scan_completed/],
    ['slack=https://example.com throttle=8s', /"throttle" .*at most 5s/],
    ['slack=https://example.com serverity=HIGH', /"serverity" .*Did you mean "?severity/],
    ['slack=https://example.com severity=HIGH severity=LOW', /"severity" is set twice/],
    ['slack=https://example.com let-me-in', /not KEY=VALUE/],
    ['elastic=https://example.com username=app', /"password" is missing/],
    ['email=smtps://app:let-me-in@example.com from=a@b.c recipients=d@e.f', /"url" .*password/],
    ['email=smtps://example.com recipients=d@e.f', /"from" is missing/],
    ['email=smtps://example.com from=soc recipients=d@e.f', /"from" must be one address/],
    ['cef=https://example.com', /"url" .*tls:\/\//],
    ['cef=tls://example.com facility=99', /"facility" .*23/],
    ['slack=env:MISSING', /"url" .*MISSING/],
    ['slack=https://example.com ca=missing.pem', /"ca" .*missing\.pem/],
    ['slakc=https://example.com', /Did you mean "?slack/],
  ])('names the key, but no secret: %s', async (flag, expected) => {
    const message = await messageFor({ forward: [flag] });
    expect(message).toMatch(expected);
    expect(message).toMatch(/^--forward/);
    expect(message).not.toContain('let-me-in');
  });
});

describe('an invalid section [forward:NAME]', () => {
  it.each([
    ['severity = urgent', 6, 'severity'],
    ['token = let-me-in', 6, 'token'],
    ['severty = HIGH', 6, 'severty'],
    ['index =', 6, 'index'],
    ['index = main', 3, 'token'],
  ])('names the line and the key, but no secret: %s', async (line, number, key) => {
    const config = configWith(`[forward:siem]\nto = splunk\nurl = https://example.com\n${line}`);
    const message = await messageFor({ config });
    expect(message).toContain(`Option "${key}" in ${config}, line ${number},`);
    expect(message).not.toContain('let-me-in');
  });

  it.each([
    ['[forward:x]\nurl = https://example.com', 3, 'to'],
    ['[forward:x]\nto = pager', 4, 'to'],
    ['[forward]\nto = slack', 4, 'to'],
    ['[forward:x]\nto = slack', 3, 'url'],
  ])('names the kind or the URL that is missing: %j', async (section, number, key) => {
    const config = configWith(section);
    expect(await messageFor({ config })).toContain(`Option "${key}" in ${config}, line ${number},`);
  });
});

it('names targets by their sections, or by their kinds if they are flags', async () => {
  const config = configWith('[forward:soc]\nto = slack\nurl = https://example.com');
  const forward = ['slack=https://example.com', 'slack=https://example.org'];
  const forwarders = await createForwarders({ config, forward, queued: false }, env, () => {});
  expect([...forwarders.keys()]).toEqual(['soc', 'slack', 'slack#2']);
});

it('reads files relative to the configuration file, and allows a longer throttle with a queue', async () => {
  const config = configWith('[forward:soc]\nto = slack\nurl = @w.url\nthrottle = 1m');
  writeFileSync(join(config, '..', 'w.url'), 'https://example.com/let-me-in\n');
  expect([...(await createForwarders({ config, queued: true }, env, () => {})).keys()]).toEqual(['soc']);
});
