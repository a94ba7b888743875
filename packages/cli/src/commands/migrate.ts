import { Command } from 'commander';
import { UsageFailure } from '../failure/failure.ts';
import { addStore, type StoreFlags } from '../filters/filter-options.ts';
import { locationOf, withStore } from '../store/open-store.ts';
import { addExamples } from '../terminal/help.ts';
import { printJson } from '../terminal/print-json.ts';
import { printable } from '../terminal/printable.ts';

interface MigrateFlags extends StoreFlags {
  readonly print?: true;
  readonly json?: true;
}

/** `migrate`: create or update the tables of a store. */
export function command(): Command {
  const migrate = new Command('migrate').description(
    'Create or update the tables of a store in PostgreSQL. A receiver does this when it starts, if its user has the permission. Otherwise, print the SQL with --print, and have an administrator apply it with psql. A SQLite file is updated, but not created. A queue in Redis has no tables.',
  );
  addStore(migrate)
    .option('--print', 'print the SQL of the pending migrations, and change nothing')
    .option(
      '--json',
      'print one line of JSON with the versions of the schema, and the SQL if you add --print',
    )
    .action(async ({ store, print, json }: MigrateFlags) => {
      const location = locationOf(store);
      const { withFlagNames } = await import('../arguments/flag-names.ts');
      const engines = await import('@spiderfoot-webhooks/store');
      const engine = await withFlagNames(async () => engines.engineOf(location));
      if (engine === 'bullmq') throw new UsageFailure('A queue in Redis has no tables to migrate.');
      if (engine === 'sqlite') return migrateFile(location, print === true, json === true);
      const { schema, version, newest, sql } = await withFlagNames(() => engines.pendingMigrations(location));
      const isPending = sql !== '';
      const result = { engine, schema, newest };
      if (json === true && (print === true || !isPending)) {
        return printJson({
          ...result,
          version,
          upToDate: !isPending,
          migrated: false,
          ...(print && { sql }),
        });
      }
      if (!isPending) return console.error(`The schema "${schema}" is up to date (version ${version}).`);
      if (print === true) return void process.stdout.write(sql);
      await withFlagNames(async () => {
        const opened = await engines.openStore(location);
        try {
          await opened.ready();
        } finally {
          await opened.close();
        }
      });
      if (json === true) return printJson({ ...result, version: newest, upToDate: true, migrated: true });
      console.log(`Migrated the schema "${schema}" from version ${version} to version ${newest}.`);
    });
  return addExamples(migrate, [
    ['migrate --store postgres://admin@db.example.com/webhooks', 'Create or update the tables'],
    ['migrate --print > webhooks.sql', 'Write the SQL for an administrator, who runs: psql -f webhooks.sql'],
  ]);
}

async function migrateFile(location: string, isPrinted: boolean, json: boolean): Promise<void> {
  if (isPrinted) {
    throw new UsageFailure('A SQLite file has no SQL to print. It is updated when it is opened.');
  }
  await withStore(location, [], async () => {});
  if (json) return printJson({ engine: 'sqlite', upToDate: true });
  console.log(`${printable(location)} is up to date.`);
}
