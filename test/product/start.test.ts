import { afterAll, describe, expect, it } from 'vitest';
import { untilClosed } from './support/examples.ts';
import { Program, stopPrograms } from './support/program.ts';

afterAll(stopPrograms);

describe('npm start', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'ends with the shell that started it, which keeps a %s to itself',
    async (signal) => {
      const script = 'node packages/cli/dist/main.js listen --make-secret; exit 0';
      const env = { PORT: '0', npm_lifecycle_event: 'start' };
      const program = new Program('sh', ['-c', script], { env });
      const [, port] = await program.says(/^listening on http:\/\/127\.0\.0\.1:(\d+)\/webhook$/m);
      program.signal(signal);
      // Its outputs are the receiver's as well: they end with the last of the two.
      expect(await program.end()).toMatchObject({ signal });
      await untilClosed(Number(port));
    },
  );
});
