import type { Severity } from '@spiderfoot-webhooks/core/events';
import type { StoredState } from '@spiderfoot-webhooks/core/stores';

/** The state of a delivery: `<span class="state state-dead">dead</span>`. */
export function StateBadge({ state }: { state: StoredState }) {
  return <span class={`state state-${state}`}>{state}</span>;
}

/** The severity of an event: `<span class="severity severity-high">High</span>`. */
export function SeverityBadge({ severity }: { severity: Severity }) {
  const label = `${severity.slice(0, 1)}${severity.slice(1).toLowerCase()}`;
  return <span class={`severity severity-${severity.toLowerCase()}`}>{label}</span>;
}
