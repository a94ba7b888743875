import { readdirSync, readFileSync } from 'node:fs';
import { checkSchema } from '../options.ts';

const folder = new URL('../../migrations/', import.meta.url);

/** The texts of the migrations: the first leads from an empty schema to version 1. */
function readMigrations(): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
    .map((name) => readFileSync(new URL(name, folder), 'utf8'));
}

let known: readonly string[] | undefined;

/** Return the migrations of a schema. */
export function migrationsOf(schema: string): readonly string[] {
  known ??= readMigrations();
  return known.map((text) => text.replaceAll(':"schema"', `"${checkSchema(schema)}"`));
}

/** Return the version that this kit writes. */
export function newestVersion(): number {
  known ??= readMigrations();
  return known.length;
}

/** Return a statement that lets one process at a time migrate a schema. The lock ends with the transaction. */
export function lockMigration(schema: string): string {
  return `SELECT pg_advisory_xact_lock(hashtext('spiderfoot-webhooks migration'), hashtext('${checkSchema(schema)}'));`;
}

/**
 * Return the SQL that creates the schema, for an administrator to read and apply. The store does the same in `ready()`,
 * unless `mustExist` is set.
 * @param schema the option `schema` of the store
 * @param from the version of the existing schema. 0 if it does not exist
 * @throws ConfigurationError for an invalid name
 * @example
 * writeFileSync('webhooks.sql', migrationSql());
 */
export function migrationSql(schema = 'spiderfoot', from = 0): string {
  const steps = migrationsOf(schema).slice(from);
  const create = from === 0 ? [`CREATE SCHEMA IF NOT EXISTS "${schema}";\n`] : [];
  return ['BEGIN;\n', `${lockMigration(schema)}\n`, ...create, ...steps, 'COMMIT;\n'].join('\n');
}
