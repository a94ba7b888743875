import { elements } from '../elements.ts';

/** Show the numbers of the queue that the server has sent: the JSON of a `StoreHealth`. */
export function showHealth(data: unknown): void {
  if (typeof data !== 'object' || data === null) return;
  const health = new Map<string, unknown>(Object.entries(data));
  for (const shown of elements('[data-health]', HTMLElement)) {
    const value = health.get(shown.dataset.health ?? '');
    const most = Number(shown.dataset.most ?? Number.POSITIVE_INFINITY);
    shown.textContent = typeof value === 'number' && value > most ? `${most}+` : textOf(value);
    const hidden = shown.closest<HTMLElement>('[data-hide-zero]');
    if (hidden) hidden.hidden = !value;
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'number') return value.toLocaleString('en-US');
  if (typeof value === 'string') return age((Date.now() - Date.parse(value)) / 1000);
  return '–';
}

/** Return a number of seconds in its largest unit, such as "3 min". */
function age(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
  ] as const;
  const [name, size] = units.find(([, length]) => seconds >= length) ?? (['s', 1] as const);
  return `${Math.max(0, Math.floor(seconds / size))} ${name}`;
}
