/**
 * Serve a receiver on any platform that uses fetch requests: Bun, Deno, Cloudflare Workers, Next.js routes.
 * @packageDocumentation
 */
export { type FetchHandlerOptions, fetchHandler, toResponse } from './fetch-handler.ts';
