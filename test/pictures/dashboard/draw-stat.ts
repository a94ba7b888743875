import uPlot from 'uplot';
import type { QueryPanel } from '../../../packages/telemetry/test/support/dashboard.ts';
import { stateOf } from './colors.ts';
import { element } from './element.ts';
import { formatValue } from './format-value.ts';
import type { NamedSeries } from './panel-data.ts';

/** Draw the last value of a series, above a small chart of its past. */
export function drawStat(
  section: HTMLElement,
  { fieldConfig: { defaults } }: QueryPanel,
  [shown]: readonly NamedSeries[],
  times: readonly number[],
): void {
  const last = shown?.values.findLast((value) => value !== null);
  if (shown === undefined || last === undefined || last === null) return;
  const { text, color } = stateOf(defaults, last);
  const big = element(section, 'div', 'big');
  big.textContent = text ?? formatValue(last, defaults.unit);
  big.style.color = color;
  new uPlot(
    {
      width: section.clientWidth,
      height: 44,
      padding: [4, 0, 0, 0],
      cursor: { show: false },
      axes: [{ show: false }, { show: false }],
      scales: { y: { range: (_, min, max) => [Math.min(0, min), Math.max(1, max)] } },
      series: [{}, { stroke: color, fill: `${color}26`, width: 1, points: { show: false } }],
    },
    [[...times], [...shown.values]],
    element(section, 'div', 'spark'),
  );
}
