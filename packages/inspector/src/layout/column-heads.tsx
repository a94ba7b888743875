import type { Child } from 'hono/jsx';

/** A column of a table: its label, or its label with the class of its cells. */
export type Column = string | { readonly label: Child; readonly class: string };

/** The head of a table. A column that is `false` is omitted. */
export function ColumnHeads({ columns }: { columns: readonly (Column | false)[] }) {
  return (
    <thead>
      <tr>
        {columns
          .filter((column) => column !== false)
          .map((column) =>
            typeof column === 'string' ? (
              <th scope="col">{column}</th>
            ) : (
              <th scope="col" class={column.class}>
                {column.label}
              </th>
            ),
          )}
      </tr>
    </thead>
  );
}
