/** A service that responds 20 ms after it has received a request, like a service in another network. */
import { createServer } from 'node:http';
import { answerParent, portOf } from '../../support/child.ts';

const latency = 20;

let connections = 0;
const server = createServer((req, res) => {
  req.resume().once('end', () => setTimeout(() => res.end('{"text":"Success","code":0}'), latency));
});
server.on('connection', () => {
  connections += 1;
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

answerParent({
  port: () => portOf(server.address()),
  /** Opened since the last question. */
  connections() {
    const opened = connections;
    connections = 0;
    return opened;
  },
});
