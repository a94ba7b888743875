import { ConfigurationError } from '../errors.ts';
import type { Catalogue } from '../events/catalogue.ts';
import { didYouMean } from '../options/did-you-mean.ts';
import { type HandlerOptions, readHandlerOptions } from '../options/handler-options.ts';
import type { HandlerContext } from './event-context.ts';

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
  /** Allow handlers to run, even if a route of the app handles the events of another path. */
  useHandlers(): void;
  /**
   * Let a route of the app handle the events. No handler runs unless {@link useHandlers} is called.
   * @throws ConfigurationError if a handler is registered that would never run. Adding one later throws as well
   */
  replaceByRoute(): void;
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
  let served: 'nowhere' | 'handlers' | 'route' = 'nowhere';

  function createRoute(what: string, run: Route['run'], options: HandlerOptions | undefined): Route {
    const { name, timeout = handlerTimeout } = readHandlerOptions(what, options);
    if (typeof run !== 'function') throw new ConfigurationError('handler', `of ${what} is not a function.`);
    if (served === 'route') throw neverRuns(what);
    if (name !== undefined && names.has(name)) {
      throw new ConfigurationError(
        'name',
        `${JSON.stringify(name)} is the name of another handler. Give each handler a unique name, because retries identify handlers by name.`,
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
          `${JSON.stringify(selector)} is no event type that is known here.${didYouMean(selector, catalogue.selectors)} Add a schema for it to "schemas", or take it in onAny or onUnhandled.`,
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
    useHandlers() {
      served = 'handlers';
    },
    replaceByRoute() {
      if (served === 'handlers') return;
      if (names.size > 0) throw neverRuns([...names].join(', '));
      served = 'route';
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

function neverRuns(handlers: string): ConfigurationError {
  return new ConfigurationError(
    'handler',
    `would never run (${handlers}), because webhookMiddleware passes each event to your route. Move the handler's code into the route, or mount webhookHandler instead. To use both with one receiver, mount webhookHandler first.`,
  );
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  for (let n = 2; ; n++) if (!taken.has(`${wanted}#${n}`)) return `${wanted}#${n}`;
}
