import type BetterSqlite3 from 'better-sqlite3';

/** A prepared statement. Declared here, so that a user of the package needs no types of better-sqlite3. */
interface Statement {
  run(...values: readonly unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  get(...values: readonly unknown[]): unknown;
  all(...values: readonly unknown[]): unknown[];
}

/** Prepares statements. */
export interface Statements {
  /** Return a prepared statement. Each SQL text is prepared once. */
  statement(sql: string): Statement;
}

/** Create the statements of one open handle. */
export function createStatements(handle: BetterSqlite3.Database): Statements {
  const prepared = new Map<string, Statement>();
  return {
    statement(sql) {
      const known = prepared.get(sql);
      if (known !== undefined) return known;
      const statement = handle.prepare<unknown[], unknown>(sql);
      prepared.set(sql, statement);
      return statement;
    },
  };
}
