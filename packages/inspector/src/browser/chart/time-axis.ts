const day = 86_400;
const clock = new Intl.DateTimeFormat('en-US', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const date = new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric' });

/**
 * Return the labels of the time axis: the time of day, and the date at midnight.
 * @param times in seconds since 1970
 * @param step the time between two labels, in seconds
 */
export function timeLabels(times: readonly number[], step: number): string[] {
  return times.map((time) => {
    const at = new Date(time * 1000);
    const isMidnight = at.getHours() === 0 && at.getMinutes() === 0;
    return step >= day || isMidnight ? date.format(at) : clock.format(at);
  });
}
