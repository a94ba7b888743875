/** Serve a receiver on any platform with fetch: Bun, Deno, workers, Next.js routes. */
export { type FetchHandlerOptions, fetchHandler, toResponse } from './fetch-handler.ts';
