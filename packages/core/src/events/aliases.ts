import { definitions } from './definitions/index.ts';
import type { EventAlias, KnownEventType } from './types.ts';

/** The known type that each alias names. */
export const aliases = Object.fromEntries(
  Object.entries(definitions).flatMap(([type, definition]) =>
    'aliases' in definition ? definition.aliases.map((alias) => [alias, type]) : [],
  ),
) as Readonly<Record<EventAlias, KnownEventType>>;
