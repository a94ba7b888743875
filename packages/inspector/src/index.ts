/**
 * See, search and replay stored deliveries in a browser. {@link createInspector} returns a fetch handler over a store.
 * For `node:http`, Express and Koa, use `inspectorListener` of `inspector/node`.
 * @packageDocumentation
 */
export { createInspector, type Inspector } from './inspector.ts';
export type { Authenticate, InspectorOptions, UserAndPassword } from './options.ts';
