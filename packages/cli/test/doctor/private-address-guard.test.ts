import { describe, expect, it } from 'vitest';
import { checkGuard, guardFinding, isBlocked } from '../../src/doctor/private-address-guard.ts';
import { output } from '../support/command.ts';

/** Each address is compared with Python's `ipaddress`, which SpiderFoot's guard uses. */
const addresses = [
  ...['127.0.0.1', '127.255.255.254', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.5', '0.0.0.0'],
  ...[
    '169.254.10.1',
    '169.254.169.254',
    '198.18.0.1',
    '203.0.113.7',
    '192.0.2.1',
    '240.0.0.1',
    '255.255.255.255',
  ],
  ...[
    '172.15.255.255',
    '172.32.0.1',
    '192.167.255.255',
    '100.64.0.1',
    '8.8.8.8',
    '93.184.216.34',
    '224.0.0.1',
  ],
  ...[
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    'fc00::1',
    '::ffff:127.0.0.1',
    '2001:db8::1',
    '100::1',
    '64::1',
    '4000::1',
  ],
  ...['2606:4700::1111', '2001:4860:4860::8888', '2a00:1450::1', 'ff02::1'],
];

const program = `import ipaddress, sys
for line in sys.stdin.read().split():
    ip = ipaddress.ip_address(line)
    print(ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_reserved)`;

describe("doctor's copy of SpiderFoot's guard", () => {
  it("doctor's copy of the guard blocks exactly the addresses that SpiderFoot's Python code blocks", async () => {
    const python = (await output('python3', ['-c', program], { input: addresses.join('\n') })).split('\n');
    const expected = addresses.map((address, index) => [address, python[index] === 'True']);
    expect(addresses.map((address) => [address, isBlocked(address)])).toEqual(expected);
    expect(expected.map(([, blocked]) => blocked)).toContain(false);
  });

  it('the guard blocks the metadata services in its list, and values that are not addresses', () => {
    expect(isBlocked('100.100.100.200')).toBe(true);
    expect(isBlocked('not an address')).toBe(true);
    expect(guardFinding('metadata.goog', ['93.184.216.34']).verdict).toBe('warn');
  });

  it('the guard blocks a name if any of its addresses is not public, or if it has none', () => {
    expect(guardFinding('hooks.example.com', ['93.184.216.34', '2606:4700::1111'])).toMatchObject({
      check: 'guard',
      verdict: 'ok',
    });
    const mixed = guardFinding('hooks.example.com', ['93.184.216.34', '10.0.0.5']);
    expect(mixed).toMatchObject({ verdict: 'warn', seen: expect.stringContaining('10.0.0.5') });
    expect(guardFinding('hooks.example.com', []).verdict).toBe('warn');
  });

  it.each([
    ['http://127.0.0.1:3000/webhook', '127.0.0.1'],
    ['http://127.1:3000/webhook', '127.0.0.1'],
    ['http://[::1]:3000/webhook', '::1'],
    ['http://192.168.1.10/webhook', '192.168.1.10'],
    ['http://localhost:3000/webhook', 'localhost'],
    ['http://nothing.invalid/webhook', 'nothing.invalid'],
  ])('warns about %s, and quotes the message in the log of SpiderFoot', async (url, named) => {
    const finding = await checkGuard(new URL(url), 5000);
    expect(finding).toMatchObject({
      check: 'guard',
      verdict: 'warn',
      seen: expect.stringContaining(named),
      fix: expect.stringContaining('URL blocked: resolves to internal/private address'),
    });
  });

  it('the guard accepts a public address', async () => {
    expect((await checkGuard(new URL('https://8.8.8.8/webhook'), 5000)).verdict).toBe('ok');
  });
});
