import type { ServerResponse } from 'node:http';
import { onSocketClose } from './socket-close.ts';

/** The status of a route whose connection closed before the route responded. */
const clientClosedRequest = 499;

/**
 * Wait for the status of a route's response, for frameworks whose `next()` does not wait for the route. If the
 * response or its connection closes first, the status is 499: the delivery has failed, and the sender's retry runs
 * the route again.
 */
export function routeStatus(res: ServerResponse): Promise<number> {
  return new Promise((resolve) => {
    let forget = () => {};
    const settle = (status: number) => {
      forget();
      resolve(status);
    };
    // In a serverless function, the response has a socket of its own, which no client can close. There, writableFinished
    // may stay false, and the socket of the request may close when its body has been read.
    const hasConnection = res.socket === null || res.socket === res.req.socket;
    const isAnswered = () => res.writableFinished || (!hasConnection && res.writableEnded);
    const onClose = () => settle(isAnswered() ? res.statusCode : clientClosedRequest);
    if (res.closed) return onClose();
    res.once('finish', () => settle(res.statusCode));
    res.once('close', onClose);
    // An HTTP/2 response always emits close, and its socket is not a real one.
    if (res.req.httpVersionMajor === 1 && hasConnection) forget = onSocketClose(res.req.socket, onClose);
  });
}
