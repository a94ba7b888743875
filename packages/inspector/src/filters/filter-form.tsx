import { storedStates } from '@spiderfoot-webhooks/core/config/values';
import { printable } from '@spiderfoot-webhooks/core/terminal';
import { categoryNames, severityNames } from './event-types.ts';
import { type FilterName, type Filters, filterQuery, withoutValue } from './filters.ts';

interface FormParts {
  readonly filters: Filters;
  /** The event types that can be selected. */
  readonly types: readonly string[];
  readonly hasText: boolean;
  /** The order is kept when the filter changes. */
  readonly order: string | undefined;
}

/** The filters of the deliveries, as a form that works without script. */
export function FilterForm({ filters, types, hasText, order }: FormParts) {
  return (
    <form class="filters" method="get" data-filters="">
      {hasText && (
        <div class="search">
          <input
            type="search"
            name="text"
            value={filters.get('text')?.[0] ?? ''}
            aria-label="Search in events"
            placeholder="Search in events"
          />
          <kbd>/</kbd>
        </div>
      )}
      <Choice name="severity" label="Severity" values={severityNames} filters={filters} />
      <Choice name="type" label="Type" values={types} filters={filters} />
      <Choice name="state" label="State" values={storedStates} filters={filters} />
      <details
        open={(['category', 'endpoint', 'scan', 'target', 'since', 'until'] as const).some((name) =>
          filters.has(name),
        )}
      >
        <summary>More filters</summary>
        <div>
          <Choice name="category" label="Category" values={categoryNames} filters={filters} />
          <Field name="target" label="Target" filters={filters} />
          <Field name="scan" label="Scan" filters={filters} />
          <Field name="endpoint" label="Endpoint" filters={filters} />
          <Field name="since" label="Since (UTC)" filters={filters} example="24h or 2026-01-31 12:00" />
          <Field name="until" label="Until (UTC)" filters={filters} example="1h or 2026-01-31 13:00" />
        </div>
      </details>
      {order !== undefined && <input type="hidden" name="order" value={order} />}
      {(['failure', 'replay'] as const).map((name) => {
        const [value] = filters.get(name) ?? [];
        return value !== undefined && <input type="hidden" name={name} value={value} />;
      })}
      <button type="submit">Apply</button>
    </form>
  );
}

interface FieldParts {
  readonly name: FilterName;
  readonly label: string;
  readonly filters: Filters;
}

/** A list of values. Values that the list lacks, and several values, are kept. */
function Choice({ name, label, filters, values }: FieldParts & { readonly values: readonly string[] }) {
  const [selected, ...more] = filters.get(name) ?? [];
  const all = selected === undefined || values.includes(selected) ? values : [selected, ...values];
  return (
    <label>
      {label}
      <select name={name}>
        <option value="">Any</option>
        {all.map((value) => (
          <option value={value} selected={value === selected}>
            {printable(value)}
          </option>
        ))}
      </select>
      {more.map((value) => (
        <input type="hidden" name={name} value={value} />
      ))}
    </label>
  );
}

function Field({ name, label, filters, example }: FieldParts & { readonly example?: string }) {
  const [value = '', ...more] = filters.get(name) ?? [];
  return (
    <label>
      {label}
      <input type="text" name={name} value={value} placeholder={example} autocomplete="off" />
      {more.map((other) => (
        <input type="hidden" name={name} value={other} />
      ))}
    </label>
  );
}

interface ChipParts extends Pick<FormParts, 'filters' | 'order'> {
  /** The texts of filters whose value is an id. */
  readonly shownAs: ReadonlyMap<FilterName, string>;
}

/** The filters that are set, each with a link that removes it. */
export function FilterChips({ filters, order, shownAs }: ChipParts) {
  if (filters.size === 0) return null;
  return (
    <div class="chips">
      {[...filters].flatMap(([name, values]) =>
        values.map((value) => {
          const shown = `${name}: ${printable(shownAs.get(name) ?? value)}`;
          const rest = filterQuery(withoutValue(filters, name, value), { order });
          return (
            <span class="chip">
              <span class="cut" title={shown}>
                {shown}
              </span>
              <a href={rest || '?'} aria-label={`Remove the filter ${shown}`}>
                ×
              </a>
            </span>
          );
        }),
      )}
      <a class="chip" href={filterQuery(new Map(), { order }) || '?'}>
        Clear all
      </a>
    </div>
  );
}
