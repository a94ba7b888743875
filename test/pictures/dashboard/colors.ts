import type { QueryPanel } from '../../../packages/telemetry/test/support/dashboard.ts';

type Defaults = QueryPanel['fieldConfig']['defaults'];

const named = { green: '#73bf69', orange: '#ff9830', red: '#f2495c', text: '#ccccdc' };

/** Colors that differ clearly on a dark background, in the order of the series. */
const palette = [
  '#73bf69',
  '#f2cc0c',
  '#8ab8ff',
  '#ff9830',
  '#b877d9',
  '#5794f2',
  '#ffa6b0',
  '#37872d',
  '#e0b400',
];

export const colors = { ...named, grid: '#ffffff12', axis: '#8e8e9e' };

/** The color of a series: the first override whose pattern matches its name, or the next one of the palette. */
export function seriesColor({ fieldConfig }: QueryPanel, name: string, index: number): string {
  for (const { matcher, properties } of fieldConfig.overrides) {
    const pattern = new RegExp(matcher.options.replaceAll(/^\/|\/$/g, ''));
    const value = properties[0]?.value;
    if (pattern.test(name) && value?.mode === 'fixed') return named[value.fixedColor];
  }
  return palette[index % palette.length] ?? named.text;
}

/** The text and the color of a value, by the mappings and the thresholds of a panel. */
export function stateOf(
  defaults: Defaults,
  value: number,
): { readonly text?: string; readonly color: string } {
  const mapped = defaults.mappings?.[0]?.options[String(value)];
  if (mapped !== undefined) return { text: mapped.text, color: named[mapped.color] };
  if (defaults.color.mode === 'fixed') return { color: named[defaults.color.fixedColor] };
  const step = defaults.thresholds?.steps.findLast((step) => step.value === null || value >= step.value);
  return { color: named[step?.color ?? 'text'] };
}
