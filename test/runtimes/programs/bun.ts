import { handle } from './app.ts';

/** The part of Bun's API that is used here. */
declare const Bun: {
  serve(options: { hostname: string; port: number; fetch: typeof handle }): { readonly port: number };
};

const { port } = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: handle });
console.log(`listening on http://127.0.0.1:${port}`);
