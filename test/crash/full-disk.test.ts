import { chmodSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { stopPrograms } from '../product/support/program.ts';
import { describeWithServer } from '../support/servers/describe-with-server.ts';
import { smallFileSystem } from './support/disks.ts';
import { postgresEngine } from './support/engines/postgres.ts';
import { until } from './support/evidence.ts';
import { startFleet } from './support/fleet.ts';
import { Receiver } from './support/receivers.ts';
import { flawless, judge } from './support/verdict.ts';

afterAll(stopPrograms);

describeWithServer(postgresEngine.required, 'PostgreSQL on a full disk', () => {
  it('loses no delivery, and receivers answer 503 until the disk has space and the server runs', {
    timeout: 120_000,
  }, async (context) => {
    const disk = smallFileSystem(256);
    if (disk === undefined) return context.skip('To mount a small file system, run the test as root.');
    // PostgreSQL runs as another user.
    chmodSync(dirname(disk.folder), 0o755);
    const server = await postgresEngine.start(disk.folder);
    onTestFinished(() => server.stop());
    const fleet = await startFleet(await server.newPlace());
    const [receiver] = fleet.receivers;
    if (!(receiver instanceof Receiver)) throw new Error('No receiver');
    await fleet.acknowledges(100);
    disk.fill(receiver);
    await until('webhooks were rejected', () => (fleet.sent.answers.get(503) ?? 0) >= 100);
    disk.free(receiver);
    // If the write-ahead log has no space, PostgreSQL ends, and has to be started again.
    await server.restart();
    await fleet.acknowledges(100);
    const evidence = await fleet.finish('postgres, a full disk');
    expect(judge(evidence)).toEqual({ ...flawless, shared: expect.any(Number) });
    expect([...fleet.sent.answers.keys()]).not.toContain('broken');
  });
});
