import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { handledBy, launch, listening, secret, serveExample, untilRefused } from './support/examples.ts';
import { Program, stopPrograms } from './support/program.ts';
import { sendFromPython } from './support/sender.ts';

const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-quickstart-'));
afterAll(() => {
  stopPrograms();
  rmSync(folder, { recursive: true });
});

let serial = 0;
const database = () => ({ SPIDERFOOT_WEBHOOK_DB: join(folder, `${++serial}.db`) });

describe('The quickstart', () => {
  it('does not print a secret that it was given', async () => {
    const server = await serveExample('quickstart', database());
    await server.program.says(/^Ctrl-C stops it/m);
    const job = { secret, url: server.url, dialect: 'guide', event_type: 'scan_completed' } as const;
    expect(await sendFromPython({ ...job, data: {} })).toMatchObject([{ status: 200 }]);
    server.program.signal('SIGTERM');
    expect(await server.program.end()).toEqual({ code: 0, signal: null });
    expect(server.program.output).not.toContain(secret);
    expect(server.program.output).toContain('SPIDERFOOT_WEBHOOK_SECRET="$SPIDERFOOT_WEBHOOK_SECRET" npm');
    expect(handledBy(server)).toMatchObject([{ handled: 'scan_completed' }]);
  });

  it('prints the one that it has made up, and another each time', async () => {
    const secrets = [];
    for (let n = 0; n < 2; n++) {
      const program = launch('quickstart', { PORT: '0', SPIDERFOOT_WEBHOOK_SECRET: '', ...database() });
      const [, made = ''] = await program.says(/^ {2}secret = (\w{32})$/m);
      secrets.push(made);
      program.kill();
    }
    expect(new Set(secrets).size).toBe(2);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'ends with the shell that started it, which keeps a %s to itself',
    async (signal) => {
      const script = 'node examples/quickstart/dist/server.js; exit 0';
      const program = new Program('sh', ['-c', script], { env: { PORT: '0', ...database() } });
      const { port } = await listening(program);
      program.signal(signal);
      // Its outputs are the server's as well: they end with the last of the two.
      expect(await program.end()).toMatchObject({ signal });
      await untilRefused(port);
    },
  );
});
