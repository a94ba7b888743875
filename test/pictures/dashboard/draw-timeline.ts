import type { QueryPanel } from '../../../packages/telemetry/test/support/dashboard.ts';
import { stateOf } from './colors.ts';
import { element } from './element.ts';
import type { NamedSeries } from './panel-data.ts';

const top = 34;
const bottom = 30;
const right = 12;
const labelGap = 24;
const tickEvery = 30 * 60;
const laneHeight = { min: 18, max: 56 };

/** Draw a bar for each period in which a series has the same value. */
export function drawTimeline(
  section: HTMLElement,
  { fieldConfig: { defaults } }: QueryPanel,
  series: readonly NamedSeries[],
  times: readonly number[],
): void {
  const [first = 0] = times;
  const end = times.at(-1) ?? first;
  const step = (times[1] ?? first) - first;
  const space = section.clientHeight - top - bottom;
  const height = Math.min(laneHeight.max, Math.max(laneHeight.min, space / Math.max(1, series.length)));
  const lanes = series.map(({ name, values }, index) => {
    const lane = element(section, 'div', 'lane');
    Object.assign(lane.style, {
      top: `${top + index * height}px`,
      height: `${height}px`,
      lineHeight: `${height}px`,
    });
    const label = element(lane, 'label');
    label.textContent = name;
    return { lane, label, values };
  });
  const left = Math.max(...lanes.map(({ label }) => label.offsetWidth)) + labelGap;
  const placeOf = (time: number) =>
    left + ((time - first) / (end - first)) * (section.clientWidth - left - right);

  for (let time = Math.ceil(first / tickEvery) * tickEvery; time <= end; time += tickEvery) {
    Object.assign(element(section, 'div', 'grid').style, {
      left: `${placeOf(time)}px`,
      top: `${top}px`,
      height: `${space}px`,
    });
    if (time === first || time === end) continue;
    const tick = element(section, 'div', 'ticks');
    tick.textContent = new Date(time * 1000).toISOString().slice(11, 16);
    tick.style.left = `${placeOf(time)}px`;
  }
  for (const { lane, values } of lanes) {
    for (const { value, from, to } of periodsOf(values)) {
      const bar = element(lane, 'b');
      const { text = String(value), color } = stateOf(defaults, value);
      const start = placeOf(first + from * step);
      const width = placeOf(Math.min(end, first + to * step)) - start;
      Object.assign(bar.style, { left: `${start}px`, width: `${width}px`, background: `${color}cc` });
      if (width > 60) bar.textContent = text;
      else bar.style.padding = '0';
    }
  }
}

/** Return the periods of equal values, as indexes of the first value and of the one after the last. */
function periodsOf(values: readonly (number | null)[]) {
  const periods: { readonly value: number; readonly from: number; to: number }[] = [];
  values.forEach((value, index) => {
    const last = periods.at(-1);
    if (value === null) return;
    if (last?.value === value && last.to === index) last.to = index + 1;
    else periods.push({ value, from: index, to: index + 1 });
  });
  return periods;
}
