const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** Return a share in percent. It is rounded down, so that 100% means all. */
export function percentText(part: number, whole: number): string {
  return whole === 0 ? '–' : `${Math.floor((part / whole) * 1000) / 10}%`;
}

/** Return a duration in its largest unit, such as "12 ms", "1.4 s" or "3 min". */
export function durationText(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '–';
  const [name, size] = units.find(([, length]) => milliseconds >= length) ?? (['ms', 1] as const);
  const value = milliseconds / size;
  return `${name === 's' && value < 10 ? value.toFixed(1) : Math.floor(value)} ${name}`;
}

/** Return the age of a time in its largest unit, such as "4 s". The script of the page writes it in the same way. */
export function ageText(at: Date, now = Date.now()): string {
  const age = Math.max(0, now - at.getTime());
  const [name, size] = units.find(([, length]) => age >= length) ?? (['s', 1000] as const);
  return `${Math.floor(age / size)} ${name}`;
}
