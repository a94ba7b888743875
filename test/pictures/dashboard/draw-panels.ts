/** Runs in the browser: draws the panels in the layout of Grafana. */
import { drawStat } from './draw-stat.ts';
import { drawTimeSeries } from './draw-time-series.ts';
import { drawTimeline } from './draw-timeline.ts';
import { element } from './element.ts';
import type { DashboardData } from './panel-data.ts';

/** Grafana's grid: 24 columns, rows of 30 pixels, and 8 pixels between panels. */
const columns = 24;
const rowHeight = 30;
const gap = 8;

function draw({ title, panels, times, from, to }: DashboardData): void {
  const header = element(document.body, 'header');
  element(header, 'h1').textContent = title;
  for (const [label, value] of [
    ['Data source', 'Prometheus'],
    ['Instance', 'All'],
    ['Endpoint', 'All'],
  ] as const) {
    const shown = element(header, 'span');
    element(shown, 'b').textContent = label;
    shown.append(value);
  }
  element(header, 'span', 'time').textContent = `${timeText(from)} to ${timeText(to)} UTC`;

  const main = element(document.body, 'main');
  const columnWidth = (main.clientWidth + gap) / columns;
  let bottom = 0;
  for (const { panel, series } of panels) {
    const { x, y, w, h } = panel.gridPos;
    const section = element(main, 'section', panel.type);
    const height = h * (rowHeight + gap) - gap;
    const top = y * (rowHeight + gap);
    Object.assign(section.style, {
      left: `${x * columnWidth}px`,
      top: `${top}px`,
      width: `${w * columnWidth - gap}px`,
      height: `${height}px`,
    });
    bottom = Math.max(bottom, top + height);
    element(section, 'h2').textContent = panel.title;
    if (panel.type === 'stat') drawStat(section, panel, series, times);
    else if (panel.type === 'state-timeline') drawTimeline(section, panel, series, times);
    else if (panel.type === 'timeseries') drawTimeSeries(section, panel, series, times);
  }
  main.style.height = `${bottom + 2 * gap}px`;
}

function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
}

Object.assign(globalThis, { draw });
