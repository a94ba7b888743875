import type { ServerResponse } from 'node:http';
import { onSocketClose } from './socket-close.ts';

/** The status of a route whose connection closed before the route had answered. */
const clientClosedRequest = 499;

/**
 * The status that a route has answered, for frameworks whose `next()` does not wait for the route. If the response or its
 * connection closes first, the status is 499: the delivery has failed, and the sender's retry runs the route again.
 */
export function routeStatus(res: ServerResponse): Promise<number> {
  return new Promise((resolve) => {
    let forget = () => {};
    const settle = (status: number) => {
      forget();
      resolve(status);
    };
    const onClose = () => settle(res.writableFinished ? res.statusCode : clientClosedRequest);
    if (res.closed) return onClose();
    // A response without a real socket, as in a serverless function, finishes although writableFinished stays false.
    res.once('finish', () => settle(res.statusCode));
    res.once('close', onClose);
    // In HTTP/2 a response always closes, and its socket is not a real one.
    if (res.req.httpVersionMajor === 1) forget = onSocketClose(res.req.socket, onClose);
  });
}
