import type { ServerResponse } from 'node:http';

/** What a connection that broke before the route had answered counts as. */
const clientClosedRequest = 499;

/** The status a route has answered, once it has; for frameworks whose `next()` does not wait for the route. */
export function routeStatus(res: ServerResponse): Promise<number> {
  return new Promise((resolve) => {
    const settle = () => resolve(res.writableFinished ? res.statusCode : clientClosedRequest);
    if (res.closed) return settle();
    // A response without a real socket, as in a serverless function, finishes although writableFinished stays false.
    res.once('finish', () => resolve(res.statusCode));
    res.once('close', settle);
  });
}
