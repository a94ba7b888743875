/**
 * View, search and replay stored deliveries in a browser. {@link createInspector} returns a fetch handler for a store.
 * For `node:http`, Express and Koa, use `inspectorListener` from `inspector/node`.
 * @packageDocumentation
 */
export { createInspector, type Inspector } from './inspector.ts';
export type { Authenticate, InspectorOptions, UserAndPassword } from './options.ts';
