/** A condition in SQL. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

export const anything: Condition = { sql: 'TRUE', values: [] };

/** Return the condition that all conditions hold. */
export function and(...conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return anything;
  return {
    sql: conditions.map(({ sql }) => sql).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}
