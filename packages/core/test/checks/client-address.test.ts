import { describe, expect, it } from 'vitest';
import { clientAddress, createAddressList, normalAddress, rateKey } from '../../src/checks/client-address.ts';

const addressList = (...entries: string[]) => createAddressList('allowedIps', entries);

/** Return IPv6 addresses that embed an IPv4 address, but are not IPv4-mapped. None of them is equal to that address. */
function embedded(dotted: string, hex: string): string[] {
  const notations = [dotted, hex].flatMap((ipv4) => [
    // IPv4-compatible (RFC 4291, 2.5.5.1), IPv4-translated (RFC 2765), NAT64 (RFC 6052, RFC 8215), ISATAP (RFC 5214).
    ...[`::${ipv4}`, `0:0:0:0:0:0:${ipv4}`, `::ffff:0:${ipv4}`, `64:ff9b::${ipv4}`, `64:ff9b:1::${ipv4}`],
    ...[`fe80::5efe:${ipv4}`, `::${ipv4}%lo`, `::fffe:${ipv4}`, `::1:ffff:${ipv4}`],
  ]);
  // 6to4 (RFC 3056), Teredo (RFC 4380).
  return [...notations, `2002:${hex}::`, `2002:${hex}::1`, `2001:0:${hex}::`];
}

describe('a list of addresses', () => {
  it.each([
    ['192.0.2.1', ['192.0.2.1', '::ffff:192.0.2.1', '::ffff:c000:201'], ['192.0.2.2', '::c000:201']],
    ['192.0.2.0/24', ['192.0.2.0', '192.0.2.255', '::ffff:192.0.2.7'], ['192.0.3.0', '192.0.1.255']],
    ['0.0.0.0/0', ['1.2.3.4'], ['::1']],
    ['2001:db8::/32', ['2001:db8::1', '2001:DB8:0:0::1', '2001:db8::1%eth0'], ['2001:db9::1', '192.0.2.1']],
    ['::1', ['::1', '0:0:0:0:0:0:0:1'], ['::2', '127.0.0.1']],
    ['::ffff:192.0.2.0/120', ['192.0.2.9'], ['192.0.3.9']],
    [
      'loopback',
      [
        ...['127.0.0.1', '127.255.0.9', '::1', '::1%lo', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1'],
        ...['::ffff:7f00:1', '::FFFF:7F00:0001', '0:0:0:0:0:ffff:127.0.0.1', '::ffff:127.0.0.1%eth0'],
      ],
      ['128.0.0.1', '::2', '10.0.0.1', ...embedded('127.0.0.1', '7f00:1')],
    ],
    [
      'private',
      [
        ...['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.0.1', 'fd00::1', 'fd00::1%eth0'],
        ...['::ffff:10.1.2.3', '::ffff:a01:203'],
      ],
      ['172.32.0.1', '11.0.0.1', 'fe80::1', 'fe80::1%eth0', ...embedded('10.1.2.3', 'a01:203')],
    ],
    ['127.0.0.0/8', ['127.0.0.1', '::ffff:7f00:1'], embedded('127.0.0.1', '7f00:1')],
    ['0.0.0.0/0', ['::ffff:7f00:1'], embedded('127.0.0.1', '7f00:1')],
    ['::ffff:127.0.0.0/104', ['127.0.0.1', '::ffff:7f00:1'], embedded('127.0.0.1', '7f00:1')],
    // An entry that is an IPv4-compatible address matches only that IPv6 address.
    ['::127.0.0.1', ['::127.0.0.1', '::7f00:1'], ['127.0.0.1', '::ffff:127.0.0.1', '::1']],
    ['::127.0.0.0/104', ['::127.0.0.1', '::7f00:1'], ['127.0.0.1', '::1']],
    ['64:ff9b::/96', ['64:ff9b::127.0.0.1', '64:ff9b::7f00:1'], ['127.0.0.1', '64:ff9b:1::127.0.0.1']],
    ['2002::/16', ['2002:7f00:1::', '2002:7f00:1::127.0.0.1'], ['127.0.0.1']],
  ])('an address list with %s contains %j and not %j', (entry, included, excluded) => {
    const contains = addressList(entry);
    for (const address of included) expect(contains(address), address).toBe(true);
    for (const address of excluded) expect(contains(address), address).toBe(false);
  });

  it('an address list contains each octet from 0 to 255 at each of the four positions', () => {
    const contains = addressList('0.0.0.0/0');
    for (let octet = 0; octet < 256; octet++) {
      for (const address of [`${octet}.1.1.1`, `1.${octet}.1.1`, `1.1.${octet}.1`, `1.1.1.${octet}`]) {
        expect(contains(address), address).toBe(true);
      }
    }
    for (const invalid of ['256.1.1.1', '1.260.1.1', '1.1.300.1', '1.1.1.1000', '00.1.1.1', '1.1.1.']) {
      expect(contains(invalid), invalid).toBe(false);
    }
  });

  it('an address list contains the addresses of all its entries', () => {
    const contains = addressList('192.0.2.1', 'loopback', '2001:db8::/32');
    expect(['192.0.2.1', '::1', '2001:db8::5', '192.0.2.2'].map(contains)).toEqual([true, true, true, false]);
  });

  it.each([
    '',
    'unknown',
    'localhost',
    '192.0.2',
    '192.0.2.1.5',
    '192.0.2.01',
    '0xc0.0.2.1',
    '3221225985',
    '192.0.2.1 ',
    ...['::ffff:127.1', '::ffff:0177.0.0.1', '::ffff:0x7f.0.0.1', '::ffff:127.0.0.256', '::ffff:127.0.0.1.'],
    ...[
      '::ffff:127.0.0.1:80',
      '127.0.0.1::',
      '::127.0.0.1:1',
      '1:2:3:4:5:6:7:127.0.0.1',
      '::1%',
      '::1%a b',
      '::1%lo%lo',
      '%::1',
    ],
  ])('an address list never contains %j', (text) => {
    expect(addressList('0.0.0.0/0', '::/0')(text)).toBe(false);
  });

  it.each([
    ...['', 'localhost', '1', '010.0.0.1', '0x7f.1', '127.1', '192.0.2.256', '192.0.2.1/33', '192.0.2.1/-1'],
    ...['192.0.2.1/', '192.0.2.1/8/8', '192.0.2.1/0x8', '192.0.2.0/24 ', '::1/129', ':::', 'fe80::1%eth0'],
    ...['::ffff:192.0.2.0/95', 'Loopback', '*', '10.*.*.*'],
  ])('an address list with the invalid entry %j throws an error that names the entry', (entry) => {
    expect(() => addressList('192.0.2.1', entry)).toThrow(
      expect.objectContaining({
        option: 'allowedIps',
        message: expect.stringContaining(JSON.stringify(entry)),
      }),
    );
  });
});

describe("the client's address", () => {
  const isTrusted = addressList('loopback', '10.0.0.0/8');
  const addressOf = (peer: string | undefined, header: string | undefined) =>
    clientAddress(peer, header, isTrusted);

  it('uses the address of a peer that is not a trusted proxy, even if it sends a header', () => {
    expect(addressOf('203.0.113.5', '127.0.0.1')).toBe('203.0.113.5');
    expect(addressOf('203.0.113.5', undefined)).toBe('203.0.113.5');
    expect(addressOf(undefined, '127.0.0.1')).toBeUndefined();
  });

  it('uses the last address in the header that is not a trusted proxy, because a client can forge those before it', () => {
    expect(addressOf('10.0.0.1', '203.0.113.5')).toBe('203.0.113.5');
    expect(addressOf('10.0.0.1', '127.0.0.1, 203.0.113.5')).toBe('203.0.113.5');
    expect(addressOf('::ffff:10.0.0.1', '127.0.0.1, 203.0.113.5, 10.0.0.2')).toBe('203.0.113.5');
  });

  it('uses the first address in the header if all are trusted', () => {
    expect(addressOf('10.0.0.1', '10.0.0.3, 10.0.0.2')).toBe('10.0.0.3');
  });

  it('reads an address with a port or in brackets', () => {
    expect(addressOf('10.0.0.1', '203.0.113.5:4711')).toBe('203.0.113.5');
    expect(addressOf('10.0.0.1', '[2001:db8::5]:4711')).toBe('2001:db8::5');
    expect(addressOf('10.0.0.1', '[2001:db8::5]')).toBe('2001:db8::5');
  });

  it.each(['unknown', '', ',', '203.0.113.5,', 'for=203.0.113.5', '010.0.0.1', '[::1', '<script>'])(
    'returns no address if the proxy sends the header %j',
    (header) => {
      expect(addressOf('10.0.0.1', header)).toBeUndefined();
    },
  );

  it('normalAddress() returns the same text for all forms of an address', () => {
    expect(normalAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(normalAddress('2001:DB8:0:0:0:0:0:1')).toBe('2001:db8::1');
    expect(normalAddress('::ffff:c000:201')).toBe('192.0.2.1');
    expect(normalAddress('::192.0.2.1')).toBe('::c000:201');
    expect(normalAddress('192.0.2.1')).toBe('192.0.2.1');
    expect(normalAddress(undefined)).toBeUndefined();
  });

  it('rateKey() is the same for all addresses of an IPv6 /64', () => {
    expect(rateKey('192.0.2.1')).toBe('192.0.2.1');
    expect(rateKey('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(rateKey('2001:db8:1:2:3:4:5:6')).toBe(rateKey('2001:db8:1:2::1'));
    expect(rateKey('2001:db8:1:2::1')).not.toBe(rateKey('2001:db8:1:3::1'));
    expect(rateKey(undefined)).toBe('unknown');
    expect(rateKey('garbage')).toBe('unknown');
  });
});
