import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkMount } from '../adapter/check-mount.ts';
import { NodeDelivery } from '../adapter/node/delivery.ts';
import { type NodeHandlerOptions, sendOutcome, socketAddress } from '../adapter/node/send-outcome.ts';
import type { DataSchemas } from '../events/schemas.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { Receiver } from '../receiver/receiver.ts';

/**
 * Create a listener for plain `node:http`. It handles requests to every path.
 * @returns a request listener. Its promise never rejects
 * @example
 * createServer(webhookListener(receiver)).listen(3000);
 */
export function webhookListener<Schemas extends DataSchemas>(
  receiver: Receiver<Schemas>,
  options: NodeHandlerOptions = {},
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  checkMount(receiver, options, ['clientIp']);
  const { clientIp = socketAddress } = options;
  receiver.mount('handlers');
  return async (req, res) => {
    const outcome = await receiver.receive(new NodeDelivery(req, () => clientIp(req)));
    try {
      sendOutcome(res, outcome);
    } catch {
      retryOrClose(res, outcome);
    }
  };
}

/** Respond after {@link sendOutcome} has thrown, in a server without error handling. */
function retryOrClose(res: ServerResponse, outcome: Outcome): void {
  try {
    sendOutcome(res, outcome);
    if (!res.writableEnded) res.destroy();
  } catch {
    res.destroy();
  }
}
