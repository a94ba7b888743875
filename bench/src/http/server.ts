/**
 * One server of {@link servers} in its own process. It sends its port, replies to each message with its CPU time, and exits
 * when its parent exits.
 */
import { createServer } from 'node:http';
import { servers } from './servers.ts';

const name = process.argv[2] ?? '';
const [, listener] = Object.entries(servers).find(([key]) => key === name) ?? [];
if (listener === undefined) throw new Error(`No server is named ${JSON.stringify(name)}`);

const server = createServer(listener());
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system });
});
process.once('disconnect', () => process.exit());
