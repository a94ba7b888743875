import uPlot from 'uplot';
import type { QueryPanel } from '../../../packages/telemetry/test/support/dashboard.ts';
import { colors, seriesColor } from './colors.ts';
import { element } from './element.ts';
import { formatValue } from './format-value.ts';
import type { NamedSeries } from './panel-data.ts';

const titleHeight = 30;
const font = '11px sans-serif';
const axis = { stroke: colors.axis, font, grid: { stroke: colors.grid, width: 1 }, ticks: { show: false } };
/** Steps of the vertical axis that are also whole minutes. */
const durationSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
const smallSteps = [-4, -3, -2, -1].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));

/** Draw lines, with the thresholds that the panel shows, above their legend. */
export function drawTimeSeries(
  section: HTMLElement,
  panel: QueryPanel,
  series: readonly NamedSeries[],
  times: readonly number[],
): void {
  const { defaults } = panel.fieldConfig;
  const chart = element(section, 'div');
  const legend = element(section, 'div', 'legend');
  const lines = series.map((line, index) => ({ ...line, color: seriesColor(panel, line.name, index) }));
  for (const { name, color } of lines) {
    const entry = element(legend, 'span');
    element(entry, 'i').style.background = color;
    entry.append(name);
  }
  const limits =
    defaults.custom?.thresholdsStyle === undefined ? [] : (defaults.thresholds?.steps.slice(1) ?? []);
  new uPlot(
    {
      width: section.clientWidth,
      height: section.clientHeight - titleHeight - legend.offsetHeight,
      padding: [8, 22, 0, 0],
      cursor: { show: false },
      scales: { y: { range: (_, __, max) => [0, top(max)] } },
      axes: [
        { ...axis, size: 26, space: 80, values: (_, ticks) => ticks.map(clockText) },
        {
          ...axis,
          size: 68,
          space: 36,
          ...(defaults.unit === 's' && { incrs: [...smallSteps, ...durationSteps] }),
          values: (_, ticks) => ticks.map((tick) => formatValue(tick, defaults.unit)),
        },
      ],
      series: [
        {},
        ...lines.map(({ color }) => ({
          stroke: color,
          fill: `${color}1a`,
          width: 1.25,
          points: { show: false },
        })),
      ],
      hooks: {
        draw: [
          (plot) => {
            for (const limit of limits)
              if (limit.value !== null) drawLimit(plot, limit.value, colors[limit.color]);
          },
        ],
      },
    },
    [[...times], ...lines.map(({ values }) => [...values])],
    chart,
  );
}

/** Return the end of the vertical axis. A chart of zeros ends at 1. */
function top(max: number | null): number {
  return max === null || max <= 0 ? 1 : max * 1.1;
}

function clockText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 16);
}

function drawLimit(plot: uPlot, value: number, color: string): void {
  const { ctx, bbox } = plot;
  const y = plot.valToPos(value, 'y', true);
  if (y < bbox.top) return;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([8 * devicePixelRatio, 6 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}
