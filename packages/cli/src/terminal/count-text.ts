/** Format a count of things: `1 delivery`, `2 deliveries`. @default plural the singular with an s */
export function countText(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

/** Format a count of deliveries. */
export function deliveryCount(count: number): string {
  return countText(count, 'delivery', 'deliveries');
}
