/** Serve a receiver on any platform that uses fetch requests: Bun, Deno, Cloudflare Workers, Next.js routes. */
export { type FetchHandlerOptions, fetchHandler, toResponse } from './fetch-handler.ts';
