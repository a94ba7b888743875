import type { Commits } from './commits.ts';
import type { Connection } from './connection.ts';
import { adopt } from './schema.ts';

const hasForeign = 'SELECT 1 FROM webhook_logs INDEXED BY webhook_logs_foreign WHERE state IS NULL LIMIT 1';

/** What the guide's logger has written since shows up in everything that looks into the file. */
export async function adoptForeign(connection: Connection, commits: Commits): Promise<void> {
  connection.check();
  if (connection.statement(hasForeign).get() === undefined) return;
  await commits.write(() => connection.statement(adopt).run());
}
