/** The subject of an event. Every SIEM format derives its own classes from it. */
export type EventSubject =
  | 'scan'
  | 'finding'
  | 'vulnerability'
  | 'malware'
  | 'correlation'
  | 'alert'
  | 'configuration'
  | 'operation';

/** The action on the subject of an event. */
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
