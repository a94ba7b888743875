/** A receiver in its own process. Its arguments are its name, its engine and the address of its database. */
import { createServer } from 'node:http';
import { answerParent, portOf } from '../../support/child.ts';
import { type EngineReceiver, receivers } from './receivers.ts';

const [, , name, engine = '', address = ''] = process.argv;
const create: ((address: string, engine: string) => Promise<EngineReceiver>) | undefined = Object.entries(
  receivers,
).find(([key]) => key === name)?.[1];
if (create === undefined) throw new Error(`No receiver is named ${name}`);
const { listener, handled } = await create(address, engine);
const server = createServer(listener);
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

answerParent({
  port: () => portOf(server.address()),
  handled: () => handled?.() ?? 0,
  cpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
});
