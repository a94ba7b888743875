import { typeSelectors } from '@spiderfoot-webhooks/core/events';
import { targetKinds } from '../listen/forward/target-kinds.ts';

/** Return the event types, their aliases and categories. A shell would expand `scan.*`, so a category is `scan`. */
export function typeNames(): readonly string[] {
  return [...new Set(typeSelectors().map((name) => name.replace(/\.\*$/, '')))];
}

/** Return known values of an option that also accepts others. @param flag the long flag, with its dashes */
export function optionValues(flag: string | undefined): readonly string[] | undefined {
  if (flag === '--type' || flag === '--events') return typeNames();
  return flag === '--forward' ? targetKinds.map((kind) => `${kind}=`) : undefined;
}
