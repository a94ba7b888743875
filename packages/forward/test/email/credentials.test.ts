import type { SMTPServerOptions } from 'smtp-server';
import { describe, expect, it } from 'vitest';
import { cert, forwarderTo, key, onlyMailOf } from '../support/email.ts';
import { received } from '../support/events.ts';
import { smtpError, startMailServer } from '../support/mail-server.ts';

const username = 'mailer@example.com';
const password = 'pässword-of-the-mailer/ü';

describe('email()', () => {
  const auth: SMTPServerOptions = {
    key,
    cert,
    authOptional: false,
    onAuth({ username: user = '', password: pass = '' }, _session, done) {
      if (user === username && pass === password) return done(null, { user });
      const echoed = Buffer.from(`\0${user}\0${pass}`).toString('base64');
      return done(smtpError(535, `Bad credentials ${echoed} ${pass}`));
    },
  };

  it.each([
    ['in an object', (port: number) => ({ host: '127.0.0.1', port, username, password })],
    [
      'in a URL',
      (port: number) =>
        `smtp://${encodeURIComponent(username)}:${encodeURIComponent(password)}@127.0.0.1:${port}`,
    ],
  ])('logs in with a user name and a password %s', async (_name, smtpOf) => {
    const server = await startMailServer(auth);
    const { event, context } = await received('scan_failed');
    await forwarderTo(server.port, { smtp: smtpOf(server.port) })(event, context);
    expect(onlyMailOf(server)).toMatchObject({ secure: true, user: username });
  });

  it('uses TLS from the first byte with smtps', async () => {
    const server = await startMailServer({ ...auth, secure: true });
    const { event, context } = await received('scan_failed');
    const smtp = `smtps://${encodeURIComponent(username)}:${encodeURIComponent(password)}@127.0.0.1:${server.port}`;
    await forwarderTo(server.port, { smtp })(event, context);
    expect(onlyMailOf(server)).toMatchObject({ secure: true, user: username });
  });

  it('redacts the password in errors and logs, even if the server echoes it', async () => {
    const server = await startMailServer(auth);
    const { event, context } = await received('scan_failed');
    const wrong = 'the-wrong-password-1234';
    const smtp = { host: '127.0.0.1', port: server.port, username, password: wrong };
    const logged: unknown[] = [];
    const log = (...line: unknown[]) => void logged.push(line);
    const forward = forwarderTo(server.port, { smtp, logger: { info: log, warn: log } });
    const error: unknown = await forward(event, context).catch((error) => error);
    expect(error).toMatchObject({ name: 'ForwardError', code: 'rejected', status: 535, attempt: 1 });
    const everything = JSON.stringify([String(error), (error as Error).stack, error, logged]);
    for (const secret of [
      wrong,
      Buffer.from(wrong).toString('base64').slice(0, 20),
      Buffer.from(`\0${username}\0${wrong}`).toString('base64'),
    ]) {
      expect(everything).not.toContain(secret);
    }
    expect(everything).toContain('\\"smtp\\"');
  });

  it('sends no mail and no password to a server without TLS, unless allowPlaintext is set', async () => {
    const server = await startMailServer({
      ...auth,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
    });
    const { event, context } = await received('scan_failed');
    const smtp = { host: '127.0.0.1', port: server.port, username, password };
    await expect(forwarderTo(server.port, { smtp })(event, context)).rejects.toMatchObject({
      code: 'rejected',
      message: expect.stringContaining('allowPlaintext'),
    });
    expect(server.mails).toEqual([]);
    await forwarderTo(server.port, { smtp, allowPlaintext: true })(event, context);
    expect(onlyMailOf(server)).toMatchObject({ secure: false, user: username });
  });

  it('sends no mail without logging in if a user name is configured', async () => {
    const server = await startMailServer({ key, cert, disabledCommands: ['AUTH'] });
    const { event, context } = await received('scan_failed');
    const smtp = { host: '127.0.0.1', port: server.port, username, password };
    await expect(forwarderTo(server.port, { smtp })(event, context)).rejects.toMatchObject({
      code: 'rejected',
    });
    expect(server.mails).toEqual([]);
  });

  it('sends no mail to a server with an untrusted certificate', async () => {
    const server = await startMailServer({ key, cert });
    const { event, context } = await received('scan_failed');
    await expect(forwarderTo(server.port, { tls: {} })(event, context)).rejects.toMatchObject({
      code: 'connection',
    });
    expect(server.mails).toEqual([]);
  });
});
