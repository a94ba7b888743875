import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/certificates.ts';
import { withSecret } from '../support/command.ts';
import { listening, sendEvent } from '../support/listen-process.ts';

describe('options of listen', () => {
  it('listen allows only the addresses in --allow-ip, and those behind a proxy with --trust-proxy', async () => {
    const direct = await listening(['--allow-ip', '192.0.2.7,192.0.2.8']);
    expect((await sendEvent(direct.url)).status).toBe(403);
    await direct.program.says(/403 ip_not_allowed.*\n.*--allow-ip/);
    const proxied = await listening(['--allow-ip', '192.0.2.7', '--trust-proxy', 'loopback']);
    expect(
      (await sendEvent(proxied.url, 'scan_started', { headers: { 'x-forwarded-for': '192.0.2.7' } })).status,
    ).toBe(200);
    expect(
      (await sendEvent(proxied.url, 'scan_started', { headers: { 'x-forwarded-for': '192.0.2.9' } })).status,
    ).toBe(403);
  });

  it('listen ignores event types that are not in --events', async () => {
    const { url, program } = await listening(['--events', 'finding,scan_completed']);
    expect((await sendEvent(url, 'high_risk_event')).body).toContain('success');
    expect((await sendEvent(url, 'scan_started')).body).toContain('ignored');
    await program.says(/scan_started .* ignored/);
  });

  it('listen answers 429 to an address that exceeds --rate-limit', async () => {
    const { url, program } = await listening(['--rate-limit', '2/h']);
    const statuses = [];
    for (const type of ['scan_started', 'scan_progress', 'scan_failed'])
      statuses.push((await sendEvent(url, type)).status);
    expect(statuses).toEqual([200, 200, 429]);
    await program.says(/429 rate_limited.*\n.*--rate-limit/);
  });

  it('listen limits the body with --max-body, and serves the webhook at --path', async () => {
    const { url } = await listening(['--max-body', '1kb', '--path', '/hooks/spiderfoot']);
    expect(url).toMatch(/\/hooks\/spiderfoot$/);
    expect((await sendEvent(url, 'scan_started', { data: { target: 'x'.repeat(2000) } })).status).toBe(413);
    expect((await sendEvent(url, 'scan_started')).status).toBe(200);
  });

  const wrong: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [['--allow-ip', '010.0.0.1'], /^error: --allow-ip .*"010\.0\.0\.1"/],
    [['--allow-ip', ''], /--allow-ip .*empty entry/],
    [['--trust-proxy', 'everybody'], /^error: --trust-proxy .*"everybody"/],
    [['--events', 'scan_complete'], /^error: --events contains "scan_complete".*scan_completed/],
    [['--queue'], /^error: --queue .*\n.*--store/],
    [['--keep-rejected', '5'], /^error: --keep-rejected .*\n.*--store/],
    [['--keep-rejected', '1001', '--store', 'w.db'], /^error: --keep-rejected .*from 0 to 1000/],
    [['--keep-rejected', 'all', '--store', 'w.db'], /--keep-rejected .*'all' is invalid/],
    [['--tls-cert', 'x.pem'], /^error: --tls-cert and --tls-key/],
    [['--client-ca', 'x.pem'], /^error: --client-ca .*--tls-cert/],
    [['--tls-cert', 'x.pem', '--tls-key', 'x.pem'], /^error: x\.pem does not exist/],
    [['--rate-limit', '100'], /--rate-limit .*'100' is invalid.*100\/m/],
    [['--rate-limit', '1/90d'], /--rate-limit .*'1\/90d' is invalid.*seven days/],
    [['--max-body', '0'], /--max-body .*'0' is invalid/],
    [['--port', '70000'], /--port .*'70000' is invalid/],
    [['--path', 'webhook'], /--path .*'webhook' is invalid/],
    [['--insecure', '--secret', 'x'], /^error: --insecure .*secret/],
    [['--config', 'x.ini', '--secret', 'x'], /^error: --secret and --config/],
    [['--config', 'missing.ini'], /^error: --config .*missing\.ini/],
    [['--forward', 'pager=https://example.com/let-me-in'], /^error: --forward must be KIND=URL/],
    [['--forward', 'slack=http://example.com/let-me-in'], /^error: --forward .*slack.*HTTPS/],
    [['--forward', 'slack=@missing.txt'], /^error: --forward .*missing\.txt/],
    [['--forward', 'siem=https://example.com'], /SPIDERFOOT_SIEM_API_KEY/],
    [['--prot', '3000'], /Did you mean --port\?/],
    [['--secret', ' x '], /^error: The secret begins or ends with white space/],
  ];

  it.each(wrong)('listen fails with a sentence and no stack for the arguments %j', async (args, message) => {
    const folder = await temporaryFolder();
    const { code, stderr, lines } = await withSecret(['listen', '--port', '0', ...args], { cwd: folder });
    expect({ stderr, lines }).toEqual({ stderr: expect.stringMatching(message), lines: [] });
    expect(stderr).not.toContain('    at ');
    expect(stderr).not.toContain('let-me-in');
    expect([1, 2]).toContain(code);
  });

  it('listen exits with 2 if the port is in use', async () => {
    const { url } = await listening();
    const { port } = new URL(url);
    const folder = await temporaryFolder();
    const { code, stderr } = await withSecret(['listen', '--port', port, '--store', 'w.db'], { cwd: folder });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(`--port is ${port}\\b.* 127\\.0\\.0\\.1`),
    });
  });
});
