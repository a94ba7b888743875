/** What an event is about. Every SIEM format derives its own classes from it. */
export type EventSubject =
  | 'scan'
  | 'finding'
  | 'vulnerability'
  | 'malware'
  | 'correlation'
  | 'alert'
  | 'configuration'
  | 'operation';

/** What happened to the subject of an event. */
export type EventAction =
  | 'started'
  | 'restarted'
  | 'progress'
  | 'completed'
  | 'cancelled'
  | 'failed'
  | 'created'
  | 'changed'
  | 'deleted'
  | 'reported';

export interface EventKind {
  readonly subject: EventSubject;
  readonly action: EventAction;
}
