/** Milliseconds in the units that an age is written in. */
const units: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * A point in time as people write it: an age (`90s`, `15m`, `2h`, `7d`, `4w`), a day, or a day and a time. Without an offset
 * they are those of this machine's time zone, as the lists show them.
 * @returns `undefined` for what is none
 */
export function parseMoment(text: string, now = Date.now()): Date | undefined {
  const [, amount, unit = ''] = /^(\d{1,9})([smhdw])$/.exec(text) ?? [];
  if (amount !== undefined) return valid(now - Number(amount) * (units[unit] ?? 0));
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return valid(Date.parse(`${text}T00:00`));
  if (/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text)) return valid(Date.parse(text.replace(' ', 'T')));
  return undefined;
}

function valid(time: number): Date | undefined {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

const two = (value: number) => String(value).padStart(2, '0');

/** `12:00:01`, in this machine's time zone. */
export function clockTime(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `2026-01-01 12:00:01`, in this machine's time zone. */
export function dayAndTime(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clockTime(date)}`;
}
