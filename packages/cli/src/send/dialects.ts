/** The dialects of events, one for each of SpiderFoot's senders. */
export const dialects = ['guide', 'shipped', 'notification', 'topic', 'delivery'] as const;
export type DialectName = (typeof dialects)[number];

/** Return the given dialect, or the default dialect of a type. */
export function dialectOf(type: string, given: DialectName | undefined): DialectName {
  return given ?? (type.includes('.') ? 'shipped' : 'guide');
}
