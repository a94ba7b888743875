import type { EventIssue } from '../../events/wire.ts';

/** Read a list of issues that was parsed from JSON. Members that are not issues are ignored. */
export function readIssues(value: unknown): readonly EventIssue[] {
  return Array.isArray(value) ? value.filter(isIssue) : [];
}

function isIssue(value: unknown): value is EventIssue {
  return (
    typeof value === 'object' &&
    value !== null &&
    'path' in value &&
    typeof value.path === 'string' &&
    'message' in value &&
    typeof value.message === 'string'
  );
}
