const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** Show each time in the time zone of the browser. The title keeps the time in UTC. */
export function showLocalTimes(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLTimeElement>('time[data-time]')) {
    element.title = element.dateTime;
    element.textContent = format.format(new Date(element.dateTime));
  }
}
