import type uPlot from 'uplot';
import { create, elements } from '../elements.ts';
import type { Navigate } from '../navigation.ts';
import { type ChartData, fetchChartData, stack } from './chart-data.ts';
import { createLegend, type Legend } from './legend.ts';
import { timeLabels } from './time-axis.ts';

declare global {
  interface Window {
    /** The chart library, if the page has loaded it. */
    readonly uPlot?: typeof uPlot;
  }
}

const height = 200;
/** Half the width of a label of the time axis, in pixels. */
const halfLabel = 20;

export interface Charts {
  /** Fetch the data of all charts of the page again, and draw them. */
  draw(): Promise<void>;
}

/** Draw stacked bars in each `[data-chart]`. Its table remains, folded, for the keyboard and for screen readers. */
export function startCharts(navigate: Navigate): Charts {
  const drawn = new WeakMap<HTMLElement, uPlot>();

  async function drawIn(container: HTMLElement): Promise<void> {
    const { uPlot: library } = window;
    if (!library) return;
    const data = await fetchChartData(container.dataset.chart ?? '');
    // A new chart would end the selection of a range.
    while (container.matches(':active')) await new Promise((resolve) => setTimeout(resolve, 100));
    drawn.get(container)?.destroy();
    const colors = data.series.map(({ color }) => cssColor(`--chart-${color}`));
    const legend = createLegend(data, colors);
    const canvas = create('div', { attributes: { 'aria-hidden': 'true' } });
    foldTable(container);
    for (const old of elements(':scope > :not(details)', HTMLElement, container)) old.remove();
    container.prepend(legend.element, canvas);
    const options = chartOptions(library, data, colors, legend, navigate);
    const chart = new library({ ...options, width: canvas.clientWidth, height }, chartValues(data), canvas);
    drawn.set(container, chart);
    observer.observe(canvas);
  }

  const observer = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      const chart = target.parentElement && drawn.get(target.parentElement);
      if (chart && contentRect.width > 0) chart.setSize({ width: contentRect.width, height });
    }
  });

  async function draw(): Promise<void> {
    const containers = elements('[data-chart]', HTMLElement);
    // If the data cannot be fetched, the previous chart or the table remains.
    await Promise.allSettled(containers.map(drawIn));
  }

  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => void draw());
  return { draw };
}

function foldTable(container: HTMLElement): void {
  const table = container.querySelector(':scope > table');
  if (!table) return;
  const fold = create('details', {}, create('summary', { class: 'note', text: 'Show the numbers' }));
  table.before(fold);
  fold.append(table);
}

/** The largest sums come first, because the bars are drawn over each other. */
function chartValues({ times, series }: ChartData): uPlot.AlignedData {
  return [[...times], ...stack(series).reverse()];
}

function chartOptions(
  library: typeof uPlot,
  { times, series }: ChartData,
  colors: readonly string[],
  legend: Legend,
  navigate: Navigate,
): Omit<uPlot.Options, 'width' | 'height'> {
  const axis = {
    stroke: cssColor('--muted'),
    font: `11px ${cssColor('--sans')}`,
    grid: { stroke: cssColor('--line'), width: 1 },
    ticks: { show: false },
  };
  const bars = library.paths.bars?.({ size: [0.86, 48], align: 1, gap: 1 });
  const last = times.at(-1) ?? 0;
  const span = last - (times.at(-2) ?? last);
  return {
    legend: { show: false },
    padding: [8, 0, 0, 0],
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    scales: {
      x: { range: () => [times[0] ?? 0, last + span] },
      y: { range: (_chart, _low, high) => [0, Math.max(high * 1.05, 4)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        values: (chart, times, _index, _space, step) =>
          timeLabels(times, step).map((label, index) => (fits(chart, times[index] ?? 0) ? label : '')),
      },
      {
        ...axis,
        // As wide as its longest label, so that the bars begin near the edge of the panel.
        size: (_chart, labels) => 12 + 7 * Math.max(1, ...(labels ?? []).map((label) => label.length)),
        gap: 8,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1e5, 1e6],
      },
    ],
    series: [
      {},
      ...series.toReversed().map((_, index) => ({
        fill: colors[series.length - 1 - index] ?? '',
        width: 0,
        points: { show: false },
        ...(bars && { paths: bars }),
      })),
    ],
    hooks: {
      setCursor: [({ cursor }) => legend.show(cursor.idx ?? undefined)],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width < 4) return;
          void navigate(zoomUrl(chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x')));
        },
      ],
    },
  };
}

/** Whether the label of a time fits before the right edge of the chart. */
function fits({ scales, width }: uPlot, time: number): boolean {
  const { min = 0, max = 0 } = scales.x ?? {};
  return ((max - time) / (max - min)) * width >= halfLabel;
}

/** The URL of the page with another time range, in seconds since 1970. */
function zoomUrl(since: number, until: number): URL {
  const url = new URL(location.href);
  url.searchParams.set('since', new Date(since * 1000).toISOString());
  url.searchParams.set('until', new Date(until * 1000).toISOString());
  return url;
}

function cssColor(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}
