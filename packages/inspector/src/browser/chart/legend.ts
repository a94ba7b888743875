import { create } from '../elements.ts';
import type { ChartSeries } from './chart-data.ts';

export interface Legend {
  readonly element: HTMLElement;
  /** Show the counts of one time span, or of all. */
  show(index: number | undefined): void;
}

/** Name the series and their counts. */
export function createLegend(series: readonly ChartSeries[], colors: readonly string[]): Legend {
  const counts = series.map(() => create('b'));
  const entries = series.map(({ name }, index) => {
    const label = create('span', {}, swatch(colors[index] ?? ''), document.createTextNode(name));
    const count = counts[index];
    if (count) label.append(count);
    return label;
  });
  const show = (index: number | undefined) => {
    for (const [number, { values }] of series.entries()) {
      const value = index === undefined ? values.reduce((sum, each) => sum + each, 0) : (values[index] ?? 0);
      const count = counts[number];
      if (count) count.textContent = value.toLocaleString('en-US');
    }
  };
  show(undefined);
  return { element: create('div', { class: 'legend' }, ...entries), show };
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
