import { handle } from './app.ts';

/** The part of Deno's API that is used here. */
declare const Deno: {
  serve(
    options: { hostname: string; port: number; onListen: (address: { readonly port: number }) => void },
    handler: typeof handle,
  ): unknown;
};

const onListen = ({ port }: { readonly port: number }) => {
  console.log(`listening on http://127.0.0.1:${port}`);
};
Deno.serve({ hostname: '127.0.0.1', port: 0, onListen }, handle);
