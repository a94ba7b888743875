import { z } from 'zod';
import { readOperations } from './operations.ts';

// Strict objects: Grafana ignores a misspelled field, so the option would have no effect.
const color = z.enum(['green', 'orange', 'red', 'text']);
const datasource = z.strictObject({
  type: z.literal('prometheus'),
  uid: z.string().regex(/^\$\{datasource\}$/),
});
const gridPos = z.strictObject({
  x: z.int().min(0).max(23),
  y: z.int().min(0),
  w: z.int().min(1).max(24),
  h: z.int().min(1),
});
const legend = z.strictObject({
  displayMode: z.literal('list'),
  placement: z.literal('bottom'),
  showLegend: z.boolean(),
});

const fieldColor = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.enum(['thresholds', 'palette-classic']) }),
  z.strictObject({ mode: z.literal('fixed'), fixedColor: color }),
]);

const defaults = z.strictObject({
  // The identifiers of Grafana's units. `suffix:` adds a text of your own.
  unit: z.union([z.enum(['none', 'short', 's', 'percentunit']), z.literal('suffix:/min')]).optional(),
  min: z.number().optional(),
  noValue: z.string().optional(),
  color: fieldColor,
  mappings: z
    .array(
      z.strictObject({
        type: z.literal('value'),
        options: z.record(z.string(), z.strictObject({ text: z.string(), color })),
      }),
    )
    .optional(),
  thresholds: z
    .strictObject({
      mode: z.literal('absolute'),
      // The first step has no lower bound.
      steps: z.tuple(
        [z.strictObject({ value: z.null(), color })],
        z.strictObject({ value: z.number(), color }),
      ),
    })
    .optional(),
  custom: z
    .strictObject({
      fillOpacity: z.number().min(0).max(100),
      lineWidth: z.number().optional(),
      showPoints: z.enum(['auto', 'never', 'always']).optional(),
      thresholdsStyle: z.strictObject({ mode: z.enum(['line', 'dashed']) }).optional(),
    })
    .optional(),
});

const base = {
  id: z.int().positive(),
  title: z.string().min(1),
  description: z.string().min(1),
  gridPos,
  datasource,
  targets: z
    .array(
      z.strictObject({
        refId: z.string().min(1),
        expr: z.string().min(1),
        legendFormat: z.string().min(1),
        // Grafana derives $__rate_interval from this or the data source's setting, which is 15 seconds by default. If
        // Prometheus scrapes once a minute, rate() would have no value.
        interval: z.literal('1m'),
      }),
    )
    .min(1),
  fieldConfig: z.strictObject({
    defaults,
    overrides: z.array(
      z.strictObject({
        matcher: z.strictObject({ id: z.literal('byRegexp'), options: z.string() }),
        properties: z.array(z.strictObject({ id: z.literal('color'), value: fieldColor })),
      }),
    ),
  }),
};

const panel = z.discriminatedUnion('type', [
  z.strictObject({
    id: z.int().positive(),
    title: z.string().min(1),
    type: z.literal('row'),
    collapsed: z.literal(false),
    gridPos,
    panels: z.tuple([]),
  }),
  z.strictObject({
    ...base,
    type: z.literal('stat'),
    options: z.strictObject({
      reduceOptions: z.strictObject({ calcs: z.tuple([z.literal('lastNotNull')]) }),
      colorMode: z.enum(['value', 'background', 'none']),
      graphMode: z.enum(['area', 'none']),
    }),
  }),
  z.strictObject({
    ...base,
    type: z.literal('state-timeline'),
    options: z.strictObject({
      showValue: z.enum(['auto', 'always', 'never']),
      mergeValues: z.boolean(),
      rowHeight: z.number().min(0).max(1),
      legend,
      tooltip: z.strictObject({ mode: z.enum(['single', 'multi']) }),
    }),
  }),
  z.strictObject({
    ...base,
    type: z.literal('timeseries'),
    options: z.strictObject({
      legend,
      tooltip: z.strictObject({ mode: z.enum(['single', 'multi']), sort: z.enum(['none', 'asc', 'desc']) }),
    }),
  }),
]);

const variable = z.discriminatedUnion('type', [
  z.strictObject({
    name: z.literal('datasource'),
    type: z.literal('datasource'),
    label: z.string(),
    query: z.literal('prometheus'),
    current: z.strictObject({}),
  }),
  z.strictObject({
    name: z.string(),
    type: z.literal('query'),
    label: z.string(),
    datasource,
    query: z.strictObject({ query: z.string(), refId: z.string() }),
    definition: z.string(),
    refresh: z.literal(2),
    multi: z.literal(true),
    includeAll: z.literal(true),
    allValue: z.literal('.*'),
    current: z.strictObject({ text: z.tuple([z.literal('All')]), value: z.tuple([z.literal('$__all')]) }),
    sort: z.int(),
  }),
]);

/** The parts of Grafana's dashboard model (schema version 39, Grafana 11) that the dashboard uses. */
const dashboardModel = z.strictObject({
  title: z.string(),
  // Grafana accepts at most 40 characters.
  uid: z.string().regex(/^[\w-]{1,40}$/),
  description: z.string(),
  tags: z.array(z.string()),
  schemaVersion: z.literal(39),
  version: z.int(),
  editable: z.boolean(),
  graphTooltip: z.literal([0, 1, 2]),
  timezone: z.literal('browser'),
  refresh: z.string(),
  time: z.strictObject({ from: z.string(), to: z.string() }),
  templating: z.strictObject({ list: z.array(variable) }),
  annotations: z.strictObject({ list: z.tuple([]) }),
  panels: z.array(panel),
});

export type Dashboard = z.infer<typeof dashboardModel>;
export type Panel = Dashboard['panels'][number];
export type QueryPanel = Exclude<Panel, { readonly type: 'row' }>;

/** Read the Grafana dashboard. @throws an error that names the fields that Grafana does not know */
export function readDashboard(): Dashboard {
  return dashboardModel.parse(JSON.parse(readOperations('grafana-dashboard.json')));
}

/** The panels that have queries. */
export function queryPanels(dashboard: Dashboard): readonly QueryPanel[] {
  return dashboard.panels.filter((panel) => panel.type !== 'row');
}

/** Return a query as Grafana sends it if all instances and endpoints are selected. Durations are in seconds. */
export function expandQuery(
  expr: string,
  { rateInterval, range }: { rateInterval: number; range: number },
): string {
  return expr
    .replaceAll('$__rate_interval', `${rateInterval}s`)
    .replaceAll('$__range', `${range}s`)
    .replaceAll(/\$(?:instance|endpoint)/g, '.*');
}
