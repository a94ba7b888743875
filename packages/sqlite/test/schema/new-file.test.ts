import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/index.ts';
import { versionOf } from '../support/guide-file.ts';
import { startProgram } from '../support/processes.ts';
import { open, query, temporaryPath } from '../support/temporary-files.ts';
import { createStored } from '../support/webhooks.ts';

describe('A new file', () => {
  it("has the guide's table with the guide's columns first, and the version", async () => {
    const path = temporaryPath();
    open(path);
    const columns = query(
      path,
      'SELECT name, type, "notnull", dflt_value FROM pragma_table_info(\'webhook_logs\')',
    );
    expect(columns.slice(0, 7)).toEqual([
      { name: 'id', type: 'INTEGER', notnull: 0, dflt_value: null },
      { name: 'timestamp', type: 'TEXT', notnull: 1, dflt_value: null },
      { name: 'event_type', type: 'TEXT', notnull: 1, dflt_value: null },
      { name: 'source_ip', type: 'TEXT', notnull: 0, dflt_value: null },
      { name: 'payload', type: 'TEXT', notnull: 1, dflt_value: null },
      { name: 'processed', type: 'BOOLEAN', notnull: 0, dflt_value: 'FALSE' },
      { name: 'error_message', type: 'TEXT', notnull: 0, dflt_value: null },
    ]);
    expect(versionOf(path)).toEqual({ user_version: 7 });
    expect(query(path, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  });

  it('may be an empty file that exists already', async () => {
    const path = temporaryPath();
    writeFileSync(path, '');
    const store = open(path);
    await store.enqueue(createStored());
    expect((await store.list()).deliveries).toHaveLength(1);
  });

  it('may be in memory, for tests', async () => {
    const store = open(':memory:');
    expect(await store.enqueue(createStored())).toBe('accepted');
    expect((await store.list()).deliveries).toHaveLength(1);
  });

  it('keeps its deliveries when it is opened again, and by two stores at once', async () => {
    const path = temporaryPath();
    const first = openStore(path);
    await first.enqueue(createStored());
    await first.close();
    const [second, third] = [open(path), open(path)];
    await third.enqueue(createStored());
    expect((await second.list()).deliveries).toHaveLength(2);
  });

  it('can be created by several processes at once', async () => {
    const path = temporaryPath();
    const at = Date.now() + 2000;
    const programs = [1, 2, 3].map(() => startProgram({ path, at, files: 20, send: 5 }));
    await Promise.all(programs.map((program) => program.waitForLine('closed')));
    expect(query(path, 'SELECT state, count(*) AS count FROM webhook_logs GROUP BY 1')).toEqual([
      { state: 'processed', count: 15 },
    ]);
    expect(query(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });
});
