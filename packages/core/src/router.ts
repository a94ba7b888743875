import { isAmount, mostAmount } from './amount.ts';
import type { HandlerContext } from './context.ts';
import { ConfigurationError } from './errors.ts';
import type { Catalogue } from './events/catalogue.ts';
import { proposal } from './proposal.ts';

/** How a handler is registered. */
export interface HandlerOptions {
  /**
   * What the handler is called in logs and, above all, in what is remembered of a delivery: a retry runs only the
   * handlers that have not succeeded yet, by name. Must be unique within the receiver.
   * @default the selectors, with `#2` and so on where that is taken
   */
  readonly name?: string;
  /**
   * Milliseconds the handler may take. Then its `context.signal` is aborted and it counts as failed.
   * @default the receiver's `handlerTimeout`
   */
  readonly timeout?: number;
}

/** A handler as the router keeps it. */
export interface Route {
  readonly name: string;
  /** Milliseconds. */
  readonly timeout: number;
  /** The event is one that the route's selector covers. */
  readonly run: (event: never, context: HandlerContext) => unknown;
}

export interface Router {
  add(selectors: readonly string[], run: Route['run'], options?: HandlerOptions): void;
  /** Sees every event, and handles none in particular. */
  addAny(run: Route['run'], options?: HandlerOptions): void;
  addUnhandled(run: Route['run'], options?: HandlerOptions): void;
  /** The handlers of a type, in the order of their registration; those of `onUnhandled` where `on` has none. */
  routesOf(type: string): readonly Route[];
}

/** @param handlerTimeout milliseconds, for handlers without a timeout of their own */
export function createRouter(catalogue: Catalogue, handlerTimeout: number): Router {
  const routes: {
    readonly route: Route;
    readonly covers: (type: string) => boolean;
    readonly specific: boolean;
  }[] = [];
  const unhandled: Route[] = [];
  const names = new Set<string>();
  let cache = new Map<string, readonly Route[]>();

  function createRoute(
    what: string,
    run: Route['run'],
    { name, timeout = handlerTimeout }: HandlerOptions = {},
  ): Route {
    if (typeof run !== 'function') throw new ConfigurationError('handler', `of ${what} is not a function.`);
    if (name !== undefined && names.has(name)) {
      throw new ConfigurationError(
        'name',
        `${JSON.stringify(name)} is taken by another handler. Names tell handlers apart over retries: give each its own.`,
      );
    }
    if (!isAmount(timeout)) {
      throw new ConfigurationError(
        'timeout',
        `of ${what} must be milliseconds, more than 0 and at most ${mostAmount}.`,
      );
    }
    cache = new Map();
    const unique = name ?? freeName(what, names);
    names.add(unique);
    return { name: unique, timeout, run };
  }

  return {
    add(selectors, run, options) {
      if (selectors.length === 0) {
        throw new ConfigurationError('type', 'is an empty list: the handler would never run.');
      }
      for (const selector of selectors) {
        if (catalogue.knows(selector)) continue;
        throw new ConfigurationError(
          'type',
          `${JSON.stringify(selector)} is no event type that is known here.${proposal(selector, catalogue.selectors)} Add a schema for it to "schemas", or take it in onAny or onUnhandled.`,
        );
      }
      const canonical = selectors.map((selector) => catalogue.canonical(selector));
      routes.push({
        route: createRoute(selectors.join(','), run, options),
        covers: (type) => canonical.some((selector) => catalogue.covers(selector, type)),
        specific: true,
      });
    },
    addAny(run, options) {
      routes.push({ route: createRoute('all', run, options), covers: () => true, specific: false });
    },
    addUnhandled(run, options) {
      unhandled.push(createRoute('unhandled', run, options));
    },
    routesOf(type) {
      const known = cache.get(type);
      if (known !== undefined) return known;
      const matching = routes.filter(({ covers }) => covers(type));
      const found = matching.map(({ route }) => route);
      if (!matching.some(({ specific }) => specific)) found.push(...unhandled);
      // Types that nobody knows are the sender's to invent: the cache holds the catalogue's alone.
      if (catalogue.knows(type)) cache.set(type, found);
      return found;
    },
  };
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  for (let n = 2; ; n++) if (!taken.has(`${wanted}#${n}`)) return `${wanted}#${n}`;
}
