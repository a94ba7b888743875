/** The keys that every target has. */
const common = ['types', 'severity', 'timeout'] as const;

/** The keys of targets over HTTPS. */
const https = [...common, 'url', 'ca'] as const;

/**
 * The kinds of targets, with the keys of each. A SIEM has no `throttle`, because it would get one record for several
 * events. It has batches of its own.
 */
export const keysByKind = {
  slack: [...https, 'throttle'],
  discord: [...https, 'throttle'],
  teams: [...https, 'throttle'],
  webhook: [...https, 'throttle', 'secret'],
  email: [...common, 'url', 'ca', 'throttle', 'from', 'recipients'],
  siem: [...https, 'token'],
  splunk: [...https, 'token', 'index', 'sourcetype'],
  elastic: [...https, 'token', 'username', 'password', 'index'],
  ocsf: [...https, 'token'],
  cef: [...common, 'url', 'ca', 'facility'],
} as const satisfies Record<string, readonly string[]>;

export type TargetKind = keyof typeof keysByKind;

/** A key of a target, except `to`, which is its kind. */
export type TargetKey = (typeof keysByKind)[TargetKind][number];

export const targetKinds = Object.keys(keysByKind).filter(isTargetKind);

export function isTargetKind(text: string): text is TargetKind {
  return Object.hasOwn(keysByKind, text);
}
