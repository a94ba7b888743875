/** Return the time zone of this machine, which `log` and `tail` use for all times: `Europe/Berlin`, `UTC`. */
export function timeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Return how far {@link timeZone} is ahead of UTC, in milliseconds. */
export function offsetAt(time: number): number {
  return new Date(time).getTimezoneOffset() * -60_000;
}

/** Return the offset from UTC as `Z` or `+01:00`. */
export function offsetText(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  if (minutes === 0) return 'Z';
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(size / 60)}:${two(size % 60)}`;
}
