import { create } from '../elements.ts';
import { showLocalTimes } from '../local-times.ts';
import type { ChartData } from './chart-data.ts';

export interface Legend {
  readonly element: HTMLElement;
  /** Show the counts of one time span, or of all. */
  show(index: number | undefined): void;
}

/** Name the series and their counts, and the beginning of the time span below the pointer. */
export function createLegend({ times, series }: ChartData, colors: readonly string[]): Legend {
  const counts = series.map(() => create('b'));
  const entries = series.map(({ name }, index) => {
    const label = create('span', {}, swatch(colors[index] ?? ''), document.createTextNode(name));
    const count = counts[index];
    if (count) label.append(count);
    return label;
  });
  const beginning = create('time', { attributes: { 'data-time': '' } });
  const element = create('div', { class: 'legend' }, ...entries, beginning);
  const show = (index: number | undefined) => {
    const time = index === undefined ? undefined : times[index];
    beginning.hidden = time === undefined;
    if (time !== undefined) beginning.dateTime = new Date(time * 1000).toISOString();
    showLocalTimes(element);
    for (const [number, { values }] of series.entries()) {
      const value = index === undefined ? values.reduce((sum, each) => sum + each, 0) : (values[index] ?? 0);
      const count = counts[number];
      if (count) count.textContent = value.toLocaleString('en-US');
    }
  };
  show(undefined);
  return { element, show };
}

function swatch(color: string): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'swatch');
  svg.setAttribute('aria-hidden', 'true');
  const square = document.createElementNS(svg.namespaceURI, 'rect');
  square.setAttribute('width', '10');
  square.setAttribute('height', '10');
  square.setAttribute('fill', color);
  svg.append(square);
  return svg;
}
