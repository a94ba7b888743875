import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { stopPrograms } from '../product/support/program.ts';
import { startTcpProxy } from '../support/servers/tcp-proxy.ts';
import { describeSharedEngines, type RunningEngine } from './support/engines/shared-engines.ts';
import { startFleet } from './support/fleet.ts';
import { flawless, judge } from './support/verdict.ts';

afterAll(stopPrograms);

/** Milliseconds. A test starts up to three servers. */
const timeout = 120_000;

/**
 * Kill a server under load while its standby lags, and continue with the standby.
 * @param isAwaited whether a delivery is acknowledged only when the standby has it
 */
async function failOver(engine: RunningEngine, isAwaited: boolean) {
  const primary = await engine.start();
  onTestFinished(() => primary.stop());
  // The receivers find the new primary behind the same address, as with a virtual IP address or a proxy.
  const address = await startTcpProxy(primary.port);
  onTestFinished(() => address.stop());
  const place = await primary.newPlace(address.port);
  const replication = await startTcpProxy(primary.port);
  onTestFinished(() => replication.stop());
  const standby = await engine.startStandby(primary, replication.port, isAwaited);
  onTestFinished(() => standby.stop());

  const settings = engine.name === 'bullmq' ? { replicas: isAwaited ? 1 : 0 } : {};
  const fleet = await startFleet(place, settings);
  await fleet.acknowledges(200);
  replication.hold();
  if (isAwaited) await sleep(1000);
  else await fleet.acknowledges(100);
  await primary.kill();
  replication.cut();
  await standby.promote();
  if (isAwaited) {
    const next = await engine.startStandby(standby, standby.port, true);
    onTestFinished(() => next.stop());
  }
  address.target = standby.port;
  address.cut();
  await fleet.acknowledges(100);
  const wait = isAwaited ? 'awaited' : 'not awaited';
  return judge(await fleet.finish(`${engine.name}, failover to a standby that is ${wait}`));
}

describeSharedEngines((engine) => {
  it('loses no delivery in a failover if the standby is awaited', { timeout }, async () => {
    // Only a new delivery waits for the standby. If the standby lacks the claim of an attempt, its number is used again.
    expect(await failOver(engine, true)).toEqual({ ...flawless, shared: expect.any(Number) });
  });

  it('loses deliveries in a failover if the standby is not awaited', { timeout }, async () => {
    expect((await failOver(engine, false)).lost).toBeGreaterThan(0);
  });
});
