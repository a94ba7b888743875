import { chmod, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/certificates.ts';
import { output, spiderfoot } from '../support/command.ts';
import { listening } from '../support/listen-process.ts';

const args = ['--make-secret', '--no-inspector', '--store'];

describe('the secret that listen generates', () => {
  it('survives a restart in a file that only the user can read, and send finds it', async () => {
    const cwd = await temporaryFolder();
    const file = join(cwd, 'webhooks.db.secret');
    const first = await listening([...args, 'webhooks.db'], { env: {}, cwd });
    const secret = (await readFile(file, 'utf8')).trim();
    expect(secret).toMatch(/^[0-9a-f]{32}$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(first.program.stderr).toMatch(/^Send an event: .* send scan_completed --url \S+$/m);
    expect(await first.stop()).toBe(0);
    const second = await listening([...args, 'webhooks.db'], { env: {}, cwd });
    expect(second.program.stderr).toContain(`webhooks.db.secret: ${secret}`);
    expect(await spiderfoot(['send', '--url', second.url], { env: {}, cwd })).toMatchObject({ code: 0 });
  });

  it('is in the printed command if the store has another name', async () => {
    const cwd = await temporaryFolder();
    const { program, url } = await listening([...args, 'my.db'], { env: {}, cwd });
    expect(program.stderr).toMatch(/^Send an event: .* --secret-file my\.db\.secret$/m);
    const sent = await spiderfoot(['send', '--url', url, '--secret-file', 'my.db.secret'], { env: {}, cwd });
    expect(sent.code).toBe(0);
    const env = { SPIDERFOOT_WEBHOOK_STORE: 'my.db' };
    expect(await spiderfoot(['send', 'scan_failed', '--url', url], { env, cwd })).toMatchObject({ code: 0 });
  });

  it('is refused by listen and send if other users can access its file', async () => {
    const cwd = await temporaryFolder();
    const file = join(cwd, 'webhooks.db.secret');
    await writeFile(file, 'a-shared-secret\n', { mode: 0o600 });
    await chmod(file, 0o640);
    for (const command of [['listen', '--port', '0', ...args, 'webhooks.db'], ['send']]) {
      const { code, stderr } = await spiderfoot(command, { env: {}, cwd });
      expect(code).toBe(2);
      expect(stderr).toMatch(/^error: webhooks\.db\.secret .*mode 640.*\n.*chmod 600 webhooks\.db\.secret/);
      expect(stderr).not.toContain('a-shared-secret');
    }
    await rename(file, join(cwd, 'elsewhere'));
    await chmod(join(cwd, 'elsewhere'), 0o600);
    await symlink('elsewhere', file);
    expect(await spiderfoot(['send'], { env: {}, cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('symbolic link'),
    });
  });

  it('is mentioned if Git does not ignore its file', async () => {
    const cwd = await temporaryFolder();
    await output('git', ['init', '-q', cwd]);
    const first = await listening([...args, 'webhooks.db'], { env: {}, cwd });
    expect(first.program.stderr).toContain(`echo 'webhooks.db.secret' >> ./.gitignore`);
    await first.stop();
    await writeFile(join(cwd, '.gitignore'), 'webhooks.db*\n');
    const second = await listening([...args, 'webhooks.db'], { env: {}, cwd });
    expect(second.program.stderr).not.toContain('.gitignore');
  });
});
