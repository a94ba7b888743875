/** The dialects of events, one for each of SpiderFoot's senders. */
export const dialects = ['guide', 'shipped', 'notification', 'topic', 'delivery'] as const;
export type DialectName = (typeof dialects)[number];

/** The dialect that a type is written in where none is asked for. */
export function dialectOf(type: string, asked: DialectName | undefined): DialectName {
  return asked ?? (type.includes('.') ? 'shipped' : 'guide');
}
