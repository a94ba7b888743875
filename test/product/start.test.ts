import { afterAll, describe, expect, it } from 'vitest';
import { untilClosed } from './support/examples.ts';
import { Program, stopPrograms } from './support/program.ts';

afterAll(stopPrograms);

describe('npm start', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'npm start exits when its shell ends by %s without passing on the signal',
    async (signal) => {
      const script = 'node packages/cli/dist/main.js listen --make-secret; exit 0';
      const env = { PORT: '0', npm_lifecycle_event: 'start' };
      const program = new Program('sh', ['-c', script], { env });
      const [, port] = await program.says(/^listening on http:\/\/127\.0\.0\.1:(\d+)\/webhook$/m);
      program.signal(signal);
      // The shell shares its outputs with the receiver, so they close when both have exited.
      expect(await program.end()).toMatchObject({ signal });
      await untilClosed(Number(port));
    },
  );
});
