import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Order, startProgram } from '../support/processes.ts';
import { open, query, temporaryPath } from '../support/temporary-files.ts';

const strace = '/usr/bin/strace';
const canTrace = existsSync(strace) && spawnSync(strace, ['-e', 'trace=none', 'true']).status === 0;

/** How often the journal was synced before each answer, since the answer before. */
async function syncsBeforeAnswers(order: Omit<Order, 'path'>): Promise<readonly number[]> {
  const program = startProgram({ path: temporaryPath(), ...order }, [
    ...[strace, '-f', '-y', '-s', '40', '-e', 'trace=fsync,fdatasync,write,writev,sendto,sendmsg'],
  ]);
  await program.waitForLine('closed');
  await program.end();
  const trace = program.errors.split('\n');
  const syncs: number[] = [];
  let since = 0;
  for (const line of trace.slice(trace.findIndex((line) => line.includes('"sending\\n"')))) {
    if (/f(?:data)?sync\(\d+<[^>]*webhooks\.db-wal>/.test(line)) since++;
    if (!line.includes('"processed\\n"')) continue;
    syncs.push(since);
    since = 0;
  }
  return syncs;
}

describe('Durability', () => {
  // The crash tests of the whole kit check the same if tracing is not permitted here.
  it.runIf(canTrace)(
    'requires a sync of the delivery and of its result before the response (strace)',
    async () => {
      const syncs = await syncsBeforeAnswers({ send: 20 });
      expect(syncs).toHaveLength(20);
      for (const count of syncs) expect(count).toBeGreaterThanOrEqual(2);
    },
  );

  it.runIf(canTrace)('needs one sync for all deliveries that arrive together (strace)', async () => {
    const syncs = await syncsBeforeAnswers({ send: 60, together: true });
    expect(syncs).toHaveLength(60);
    const total = syncs.reduce((sum, count) => sum + count);
    expect(syncs[0]).toBeGreaterThanOrEqual(2);
    expect(total).toBeLessThanOrEqual(12);
  });

  it('uses a journal in WAL mode for every connection', () => {
    const path = temporaryPath();
    open(path);
    expect(query(path, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(existsSync(`${path}-wal`)).toBe(true);
  });
});
