const minute = 60;
const hour = 3600;

/** Format a value in a unit of Grafana. */
export function formatValue(value: number, unit = 'none'): string {
  if (unit === 's') return duration(value);
  if (unit === 'percentunit') return `${rounded(value * 100)}%`;
  if (unit.startsWith('suffix:')) return `${rounded(value)} ${unit.slice('suffix:'.length)}`;
  return rounded(value);
}

function duration(seconds: number): string {
  if (seconds === 0) return '0 s';
  if (seconds < 0.001) return `${rounded(seconds * 1e6)} µs`;
  if (seconds < 1) return `${rounded(seconds * 1000)} ms`;
  if (seconds < minute) return `${rounded(seconds)} s`;
  if (seconds < hour) return `${rounded(seconds / minute)} min`;
  return seconds === hour ? '1 hour' : `${rounded(seconds / hour)} hours`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
