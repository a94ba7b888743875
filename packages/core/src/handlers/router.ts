import { ConfigurationError } from '../errors.ts';
import type { Catalogue } from '../events/catalogue.ts';
import { didYouMean } from '../options/did-you-mean.ts';
import { type HandlerOptions, readHandlerOptions } from '../options/handler-options.ts';
import type { HandlerContext } from './event-context.ts';

/** A registered handler. */
export interface Route {
  readonly name: string;
  /** Milliseconds. */
  readonly timeout: number;
  /** Run the handler. Called only with an event that the route's selector matches. */
  readonly run: (event: never, context: HandlerContext) => unknown;
}

export interface Router {
  add(selectors: readonly string[], run: Route['run'], options?: HandlerOptions): void;
  /** Add a handler that gets every event. An event with no other handler still counts as unhandled. */
  addAny(run: Route['run'], options?: HandlerOptions): void;
  addUnhandled(run: Route['run'], options?: HandlerOptions): void;
  /** Remove a function from all registrations for the selectors. Other handlers can then use their names. */
  remove(selectors: readonly string[], run: Route['run']): void;
  removeAny(run: Route['run']): void;
  removeUnhandled(run: Route['run']): void;
  /** Allow handlers to run, even if a route of the app handles the events of another path. */
  useHandlers(): void;
  /**
   * Let a route of the app handle the events. No handler runs unless {@link useHandlers} is called.
   * @throws ConfigurationError if a handler is registered that would never run. Adding one later also throws
   */
  replaceByRoute(): void;
  /** Return the handlers of a type, in registration order. `onUnhandled` handlers are included if no `on` handler matches. */
  routesOf(type: string): readonly Route[];
  /** Return the names of all handlers, in registration order. */
  names(): readonly string[];
}

/** The events of a registration: canonical selectors, all events, or the events that no `on` handler matches. */
type Selection = readonly string[] | 'any' | 'unhandled';

interface Registration {
  readonly route: Route;
  readonly selection: Selection;
}

/** Create a router. @param handlerTimeout milliseconds, for handlers without a timeout of their own */
export function createRouter(catalogue: Catalogue, handlerTimeout: number): Router {
  let registrations: readonly Registration[] = [];
  /** The routes of the catalogue's types. */
  let cache = new Map<string, readonly Route[]>();
  let mountedFor: 'handlers' | 'route' | undefined;

  const names = () => registrations.map(({ route }) => route.name);

  function update(changed: readonly Registration[]): void {
    registrations = changed;
    cache = new Map();
  }

  function readSelectors(selectors: readonly string[]): readonly string[] {
    if (selectors.length === 0) {
      throw new ConfigurationError('type', 'is an empty list. Pass at least one event type.');
    }
    return selectors.map((selector) => {
      if (catalogue.knows(selector)) return catalogue.canonical(selector);
      throw new ConfigurationError(
        'type',
        `is ${JSON.stringify(selector)}, which is not a known event type.${didYouMean(selector, catalogue.selectors)} To use a type of your own, add its schema to "schemas", or handle it with onAny or onUnhandled.`,
      );
    });
  }

  function register(
    label: string,
    selection: Selection,
    run: Route['run'],
    options: HandlerOptions | undefined,
  ): void {
    const { name, timeout = handlerTimeout } = readHandlerOptions(label, options);
    if (typeof run !== 'function')
      throw new ConfigurationError('handler', `for ${label} must be a function.`);
    if (mountedFor === 'route') throw neverRuns(label);
    const usedNames = new Set(names());
    if (name !== undefined && usedNames.has(name)) {
      throw new ConfigurationError(
        'name',
        `is ${JSON.stringify(name)}, which is already the name of another handler. Give each handler a unique name, because a retry recognizes the handlers that have succeeded by their names.`,
      );
    }
    const route = { name: name ?? freeName(label, usedNames), timeout, run };
    update([...registrations, { route, selection }]);
  }

  function removeAll(selection: 'any' | 'unhandled', run: Route['run']): void {
    update(registrations.filter((each) => each.selection !== selection || each.route.run !== run));
  }

  function covers({ selection }: Registration, type: string): boolean {
    if (typeof selection === 'string') return selection === 'any';
    return selection.some((selector) => catalogue.covers(selector, type));
  }

  return {
    names,
    add(selectors, run, options) {
      register(selectors.join(','), readSelectors(selectors), run, options);
    },
    addAny(run, options) {
      register('all', 'any', run, options);
    },
    addUnhandled(run, options) {
      register('unhandled', 'unhandled', run, options);
    },
    remove(selectors, run) {
      const removed = readSelectors(selectors);
      const changed = registrations.map((each) =>
        typeof each.selection === 'string' || each.route.run !== run
          ? each
          : { ...each, selection: each.selection.filter((selector) => !removed.includes(selector)) },
      );
      update(changed.filter(({ selection }) => selection.length > 0));
    },
    removeAny(run) {
      removeAll('any', run);
    },
    removeUnhandled(run) {
      removeAll('unhandled', run);
    },
    useHandlers() {
      mountedFor = 'handlers';
    },
    replaceByRoute() {
      if (mountedFor === 'handlers') return;
      if (registrations.length > 0) throw neverRuns(names().join(', '));
      mountedFor = 'route';
    },
    routesOf(type) {
      const known = cache.get(type);
      if (known !== undefined) return known;
      const matching = registrations.filter((each) => covers(each, type));
      const unhandled = registrations.filter(({ selection }) => selection === 'unhandled');
      const isHandled = matching.some(({ selection }) => selection !== 'any');
      const found = (isHandled ? matching : [...matching, ...unhandled]).map(({ route }) => route);
      // A sender can invent any number of unknown types, so only the types of the catalogue are cached.
      if (catalogue.knows(type)) cache.set(type, found);
      return found;
    },
  };
}

function neverRuns(handlers: string): ConfigurationError {
  return new ConfigurationError(
    'handler',
    `would never run (name: ${handlers}), because webhookMiddleware passes each event to your route. Move the handler's code into the route, or mount webhookHandler instead. To use both with one receiver, mount webhookHandler first.`,
  );
}

function freeName(wanted: string, used: ReadonlySet<string>): string {
  if (!used.has(wanted)) return wanted;
  for (let n = 2; ; n++) if (!used.has(`${wanted}#${n}`)) return `${wanted}#${n}`;
}
