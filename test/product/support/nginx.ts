import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { freePort } from '../../support/servers/free-port.ts';
import { Program, run } from './program.ts';
import { textOf } from './readme.ts';

/**
 * Start nginx with the configuration of an example.
 * @param file the configuration, which listens on port 80
 * @param upstreams the servers in the configuration, and the ports of 127.0.0.1 that take their place
 * @param folder the folder for the files of nginx
 * @returns the port
 */
export async function startNginx(
  command: string,
  file: string,
  upstreams: Readonly<Record<string, number>>,
  folder: string,
): Promise<number> {
  const port = await freePort();
  let site = textOf(file).replace('listen 80;', `listen 127.0.0.1:${port};`);
  for (const [server, upstream] of Object.entries(upstreams))
    site = site.replace(server, `127.0.0.1:${upstream}`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/nginx-${kind};`,
  );
  const config = join(folder, 'nginx.conf');
  await writeFile(
    config,
    `${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${folder}/nginx.pid;
error_log stderr notice;
events {}
http {
access_log off;
${temporary.join('\n')}
${site}
}
`,
  );
  const test = await run(command, ['-t', '-c', config]);
  expect(test).toMatchObject({ code: 0, output: expect.stringContaining('test is successful') });
  expect(test.output).not.toMatch(/\[(?:warn|error|emerg)\]/);
  const program = new Program(command, ['-c', config, '-g', 'daemon off;']);
  await program.says(/start worker process/);
  return port;
}
