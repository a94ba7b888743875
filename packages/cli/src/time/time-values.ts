import { parseDuration } from '@spiderfoot-webhooks/core/config/values';

/**
 * Parse a time: an age (`90s`, `15m`, `2h`, `7d`, `4w`), a date, or a date and a time. Without an offset, a time is in
 * the time zone of this machine, as in the lists.
 * @returns `undefined` for any other text
 */
export function parseTime(text: string, now = Date.now()): Date | undefined {
  const age = parseDuration(text);
  if (age !== undefined) return valid(now - age);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return valid(Date.parse(`${text}T00:00`));
  if (/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text)) return valid(Date.parse(text.replace(' ', 'T')));
  return undefined;
}

function valid(time: number): Date | undefined {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

const two = (value: number) => String(value).padStart(2, '0');

/** Format a time as `12:00:01`, in the time zone of this machine. */
export function clockTime(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Format a time as `2026-01-01 12:00:01`, in the time zone of this machine. */
export function dayAndTime(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clockTime(date)}`;
}
