import { create, elements } from './elements.ts';

const locale = 'en-US';
const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
const day = { month: 'short', day: '2-digit' } as const;
const withinYear = new Intl.DateTimeFormat(locale, day);
const withYear = new Intl.DateTimeFormat(locale, { year: 'numeric', ...day });
const timeOfDay = new Intl.DateTimeFormat(locale, clock);

/** Show times in the operator's time zone. The tooltip has the time in UTC. */
export function showLocalTimes(root: ParentNode): void {
  for (const time of elements('time[data-time]', HTMLTimeElement, root)) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    const format = date.getFullYear() === new Date().getFullYear() ? withinYear : withYear;
    time.replaceChildren(
      create('span', { class: 'date', text: `${format.format(date)}, ` }),
      timeOfDay.format(date),
    );
    time.title = date.toISOString();
  }
}
