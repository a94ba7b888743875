type Vary = (random: () => number) => unknown;

const targets = [
  'example.com',
  'example.org',
  'www.example.net',
  'mail.example.com',
  '192.0.2.17',
  '198.51.100.4',
  '2001:db8::17',
  'bücher.example',
];

const whole = (from: number, to: number) => (random: () => number) =>
  from + Math.floor(random() * (to - from + 1));
const named = (prefix: string) => (random: () => number) =>
  `${prefix}_${Math.floor(random() * 36 ** 6)
    .toString(36)
    .padStart(6, '0')}`;
const oneOf = (values: readonly string[]) => (random: () => number) =>
  values[Math.floor(random() * values.length)];

/** Generators for the fields that vary between events, by field name. */
const variations: Readonly<Record<string, Vary>> = {
  scan_id: named('scan'),
  task_id: named('task'),
  report_id: named('cti'),
  workspace_id: named('ws'),
  webhook_id: named('wh'),
  correlation_id: named('corr'),
  target: oneOf(targets),
  events_found: whole(0, 5000),
  high_risk_events: (random) => Math.max(0, whole(-10, 10)(random)),
  duration: whole(5, 7200),
  correlations_found: whole(1, 20),
};

/** Return the data of a sample with different ids, targets and numbers. */
export function vary(data: unknown, random: () => number): unknown {
  if (Array.isArray(data)) return data.map((item: unknown) => vary(item, random));
  if (typeof data !== 'object' || data === null) return data;
  const members = Object.entries(data).map(([key, value]: [string, unknown]) => [
    key,
    Object.hasOwn(variations, key) ? variations[key]?.(random) : vary(value, random),
  ]);
  return Object.fromEntries(members);
}
