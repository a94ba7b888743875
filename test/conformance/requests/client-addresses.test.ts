import { describe, expect, it } from 'vitest';
import { mounts } from '../../support/adapters/index.ts';
import { rejection, resultOf, send, start, success, webhook, withHeader } from '../../support/webhooks.ts';

const header = 'x-forwarded-for';

/** The client address behind these proxies, by the value of the header. */
const hops: readonly (readonly [header: string | undefined, ip: string | undefined])[] = [
  [undefined, '127.0.0.1'],
  ['203.0.113.7', '203.0.113.7'],
  // The client itself wrote the leftmost part, which is never used.
  ['192.0.2.1, 203.0.113.7', '203.0.113.7'],
  ['127.0.0.1, 203.0.113.7', '203.0.113.7'],
  ['garbage, 203.0.113.7', '203.0.113.7'],
  ['203.0.113.7, 10.1.2.3', '203.0.113.7'],
  ['192.0.2.1,203.0.113.7 ,\t10.1.2.3, 10.0.0.1', '203.0.113.7'],
  ['10.1.2.3', '10.1.2.3'],
  ['203.0.113.7:4711', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:DB8:0:0::1', '2001:db8::1'],
  ['[2001:db8::1]:4711', '2001:db8::1'],
  ['2001:db8::1, fd00::5', '2001:db8::1'],
  ['', undefined],
  ['garbage', undefined],
  ['203.0.113.7, garbage', undefined],
  ['203.0.113.7,', undefined],
  ['010.0.0.1', undefined],
  ['2130706433', undefined],
  ['unknown', undefined],
];

describe.each(mounts)('the client address, over $name', (mount) => {
  it('finds the client address by following trusted proxies from right to left', async () => {
    const trustedProxies = ['loopback', '10.0.0.0/8', 'fd00::/8'];
    const { at, handled } = await start(mount, { trustedProxies });
    for (const [value] of hops)
      expect(resultOf(await send(at, withHeader(await webhook(), header, value)))).toEqual(success);
    expect(handled.map(({ context }, i) => [hops[i]?.[0], context.ip])).toEqual(hops);
  });

  it('reads the client address from several X-Forwarded-For headers as from one', async () => {
    const { at, handled } = await start(mount, { trustedProxies: ['loopback', '10.0.0.0/8'] });
    const message = await webhook();
    const both = [...message.headers, [header, '192.0.2.1, 203.0.113.7'], [header, '10.0.0.1']] as const;
    expect(resultOf(await send(at, { ...message, headers: both }))).toEqual(success);
    expect(handled[0]?.context.ip).toBe('203.0.113.7');
  });

  it("uses the socket's address if it is not a trusted proxy", async () => {
    for (const trustedProxies of [undefined, ['192.0.2.0/24', '::1']]) {
      const { at, handled } = await start(mount, trustedProxies && { trustedProxies });
      for (const name of [header, 'x-real-ip', 'forwarded', 'cf-connecting-ip', 'true-client-ip'])
        expect(resultOf(await send(at, withHeader(await webhook(), name, '203.0.113.7')))).toEqual(success);
      expect(new Set(handled.map(({ context }) => context.ip))).toEqual(new Set(['127.0.0.1']));
    }
  });

  it('checks the client address against allowedIps', async () => {
    const { at, receiver } = await start(mount, {
      trustedProxies: ['loopback'],
      allowedIps: ['203.0.113.7', '2001:db8::/32'],
    });
    const ips: (string | undefined)[] = [];
    receiver.onOutcome((_outcome, { ip }) => ips.push(ip));
    const from = async (address: string) =>
      resultOf(await send(at, withHeader(await webhook(), header, address)));
    for (const address of ['203.0.113.7', '::ffff:203.0.113.7', '2001:db8::9'])
      expect(await from(address), address).toEqual(success);
    for (const address of ['203.0.113.8', '203.0.113.7, 203.0.113.8', 'garbage', '::ffff:203.0.113.8'])
      expect(await from(address), address).toEqual(rejection('ip_not_allowed'));
    expect(ips).toEqual([
      '203.0.113.7',
      '203.0.113.7',
      '2001:db8::9',
      '203.0.113.8',
      '203.0.113.8',
      undefined,
      '203.0.113.8',
    ]);
  });

  it('starts with the address that clientIp returns, then follows trusted proxies', async () => {
    const clientIp = (header: (name: string) => string | undefined) => header('cf-connecting-ip');
    const { at, handled } = await start(mount, { trustedProxies: ['10.0.0.0/8'] }, { clientIp });
    for (const address of ['192.0.2.1', '10.0.0.1', '::ffff:192.0.2.2', undefined]) {
      const forwarded = withHeader(await webhook(), header, '203.0.113.7');
      const message = withHeader(forwarded, 'cf-connecting-ip', address);
      expect(resultOf(await send(at, message)), address).toEqual(success);
    }
    expect(handled.map(({ context }) => context.ip)).toEqual([
      '192.0.2.1',
      '203.0.113.7',
      '192.0.2.2',
      undefined,
    ]);
  });

  it('returns 500 when clientIp throws', async () => {
    let faulty = true;
    const clientIp = () => {
      if (faulty) throw new Error('a fault in clientIp');
      return '192.0.2.1';
    };
    const { at, handled } = await start(mount, {}, { clientIp });
    const message = await webhook();
    expect((await send(at, message)).status).toBe(500);
    faulty = false;
    expect(resultOf(await send(at, message))).toEqual(success);
    expect(handled).toHaveLength(1);
  });
});
