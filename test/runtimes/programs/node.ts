import { serve } from '@hono/node-server';
import { handle } from './app.ts';

serve({ fetch: handle, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  console.log(`listening on http://127.0.0.1:${port}`);
});
