import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { samples } from '@spiderfoot-webhooks/core/testing';
import fc from 'fast-check';
import type { SMTPServerOptions } from 'smtp-server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type EmailOptions, email } from '../src/email/index.ts';
import { composeMail } from '../src/email/mail.ts';
import { makeCertificate } from './support/certificate.ts';
import { received, withSignal } from './support/events.ts';
import { type MailServer, parseMail, smtpError, startMailServer } from './support/mail-server.ts';

const { key, cert } = makeCertificate();
const username = 'mailer@example.com';
const password = 'pässword-of-the-mailer/ü';

function start(port: number, options: Partial<EmailOptions> = {}) {
  const forward = email({
    smtp: { host: '127.0.0.1', port },
    from: 'SpiderFoot <spiderfoot@example.com>',
    to: 'security@example.com',
    tls: { ca: cert },
    retries: 1,
    baseDelay: 1,
    breaker: false,
    ...options,
  });
  onTestFinished(() => forward.close());
  return forward;
}

const only = ({ mails }: MailServer) => {
  expect(mails).toHaveLength(1);
  const [mail] = mails;
  if (mail === undefined) throw new Error('No mail has come.');
  return { ...mail, ...parseMail(mail.message) };
};

describe('a mail', () => {
  it('says a finding, as text and as HTML, over STARTTLS', async () => {
    const server = await startMailServer({ key, cert });
    const { event, context } = await received('high_risk_event');
    await start(server.port)(event, context);
    const mail = only(server);
    expect(mail).toMatchObject({
      from: 'spiderfoot@example.com',
      to: ['security@example.com'],
      secure: true,
    });
    expect(Object.fromEntries(mail.headers)).toMatchObject({
      from: ['SpiderFoot <spiderfoot@example.com>'],
      to: ['security@example.com'],
      subject: ['SpiderFoot High Risk Finding: example.com'],
      'message-id': [`<${context.id}@example.com>`],
      date: [context.receivedAt.toUTCString().replace('GMT', '+0000')],
      'auto-submitted': ['auto-generated'],
    });
    const text = mail.parts.get('text/plain')?.replaceAll('\r\n', '\n');
    expect(text).toContain('SpiderFoot High Risk Finding: example.com\n\nTarget: example.com\n');
    expect(text).toContain('Finding: CVE-2021-44228\n');
    expect(text).toContain('Time: 2024-01-01T12:00:00.000Z\n');
    expect(text).toContain(`Delivery: ${context.id}\n`);
    expect(mail.parts.get('text/html')).toContain('<td>CVE-2021-44228</td>');
  });

  it.each(Object.keys(samples))('can be made of %s', async (type) => {
    const { event, context } = await received(type);
    const { subject, text, html } = composeMail(event, context);
    expect(subject).toMatch(/^SpiderFoot [A-Z]/);
    expect(text).toContain(`Event: ${type}\n`);
    expect(html).toContain('<td>');
  });

  it('carries no header, no markup and no line that an event has smuggled in', async () => {
    const server = await startMailServer({ key, cert });
    const target = 'a\r\nBcc: all@example.net\r\n\r\n<img src=x onerror=alert(1)>';
    const data = { target, data: '.\r\nMAIL FROM:<x@y>\r\n"><script>&amp;' };
    const { event, context } = await received('high_risk_event', { data });
    await start(server.port)(event, context);
    const mail = only(server);
    expect(mail.to).toEqual(['security@example.com']);
    expect(mail.headers.has('bcc')).toBe(false);
    expect(mail.headers.get('subject')).toEqual([
      'SpiderFoot High Risk Finding: a Bcc: all@example.net <img src=x onerror=alert(1)>',
    ]);
    expect(mail.parts.get('text/html')).not.toMatch(/<(img|script)/);
    expect(mail.parts.get('text/html')).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(mail.parts.get('text/html')).toContain('&quot;&gt;&lt;script&gt;&amp;amp;');
  });

  it('has any text as text, and nothing but the headers it is to have', async () => {
    const { event, context } = await received('high_risk_event');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (target, name) => {
        const hostile = { ...event, event_type: name, data: { target, [name]: target } };
        const { subject, text, html } = composeMail(hostile, context, () => target);
        expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect(text).not.toMatch(/[^\P{Cc}\n]/u);
        const tags = new Set(html.match(/<[^>]*>/g)?.map((tag) => tag.replace(/ style="[^"]*"/, '')));
        expect(
          [...tags].filter((tag) => !/^<(!doctype html|\/?(html|body|h2|table|tr|th|td))>$/.test(tag)),
        ).toEqual([]);
        expect(html.replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
      }),
    );
  });

  it('goes to several, with a subject of your own, cleaned', async () => {
    const server = await startMailServer({ key, cert });
    const { event, context } = await received('scan_failed');
    const to = ['a@example.com', 'Bee <b@example.com>, c@example.com'];
    await start(server.port, { to, subject: ({ event_type }) => `[ÖSINT] ${event_type}\nBcc: x@y.z` })(
      event,
      context,
    );
    const mail = only(server);
    expect(mail.to).toEqual(['a@example.com', 'b@example.com', 'c@example.com']);
    expect(mail.headers.get('subject')).toEqual(['[ÖSINT] scan_failed Bcc: x@y.z']);
  });
});

describe('TLS and credentials', () => {
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
    ['in parts', (port: number) => ({ host: '127.0.0.1', port, username, password })],
    [
      'in a URL',
      (port: number) =>
        `smtp://${encodeURIComponent(username)}:${encodeURIComponent(password)}@127.0.0.1:${port}`,
    ],
  ])('takes a user and a password %s', async (_name, smtpOf) => {
    const server = await startMailServer(auth);
    const { event, context } = await received('scan_failed');
    await start(server.port, { smtp: smtpOf(server.port) })(event, context);
    expect(only(server)).toMatchObject({ secure: true, user: username });
  });

  it('speaks TLS from the first byte with smtps', async () => {
    const server = await startMailServer({ ...auth, secure: true });
    const { event, context } = await received('scan_failed');
    const smtp = `smtps://${encodeURIComponent(username)}:${encodeURIComponent(password)}@127.0.0.1:${server.port}`;
    await start(server.port, { smtp })(event, context);
    expect(only(server)).toMatchObject({ secure: true, user: username });
  });

  it('tells no password, not even one that the server says', async () => {
    const server = await startMailServer(auth);
    const { event, context } = await received('scan_failed');
    const wrong = 'the-wrong-password-1234';
    const smtp = { host: '127.0.0.1', port: server.port, username, password: wrong };
    const logged: unknown[] = [];
    const log = (...line: unknown[]) => void logged.push(line);
    const forward = start(server.port, { smtp, logger: { info: log, warn: log } });
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

  it('sends neither mail nor password where the server offers no TLS', async () => {
    const server = await startMailServer({
      ...auth,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
    });
    const { event, context } = await received('scan_failed');
    const smtp = { host: '127.0.0.1', port: server.port, username, password };
    await expect(start(server.port, { smtp })(event, context)).rejects.toMatchObject({
      code: 'rejected',
      message: expect.stringContaining('allowPlaintext'),
    });
    expect(server.mails).toEqual([]);
    await start(server.port, { smtp, allowPlaintext: true })(event, context);
    expect(only(server)).toMatchObject({ secure: false, user: username });
  });

  it('sends nothing without logging in where it was given a user', async () => {
    const server = await startMailServer({ key, cert, disabledCommands: ['AUTH'] });
    const { event, context } = await received('scan_failed');
    const smtp = { host: '127.0.0.1', port: server.port, username, password };
    await expect(start(server.port, { smtp })(event, context)).rejects.toMatchObject({ code: 'rejected' });
    expect(server.mails).toEqual([]);
  });

  it('sends nothing to a server that cannot prove who it is', async () => {
    const server = await startMailServer({ key, cert });
    const { event, context } = await received('scan_failed');
    await expect(start(server.port, { tls: {} })(event, context)).rejects.toMatchObject({
      code: 'connection',
    });
    expect(server.mails).toEqual([]);
  });
});

describe('a mail server that fails', () => {
  it('is tried again after 451, and then has the mail once', async () => {
    const server = await startMailServer({ key, cert }, (count) =>
      count === 1 ? smtpError(451, 'Try again later') : undefined,
    );
    const { event, context } = await received('scan_failed');
    await start(server.port)(event, context);
    expect(only(server).headers.get('message-id')).toEqual([`<${context.id}@example.com>`]);
  });

  it('fails the handler where it stays with 451', async () => {
    const server = await startMailServer({ key, cert }, () => smtpError(451, 'Greylisted'));
    const { event, context } = await received('scan_failed');
    const error: unknown = await start(server.port)(event, context).catch((error) => error);
    expect(error).toMatchObject({ code: 'unavailable', status: 451, attempt: 2 });
    expect(String(error)).toContain(`email (127.0.0.1:${server.port})`);
    expect(String(error)).toContain('Greylisted');
  });

  it('is not tried again after 550', async () => {
    let asked = 0;
    const server = await startMailServer({
      key,
      cert,
      onRcptTo(_address, _session, done) {
        asked += 1;
        done(smtpError(550, 'No such user here'));
      },
    });
    const { event, context } = await received('scan_failed');
    await expect(start(server.port)(event, context)).rejects.toMatchObject({
      code: 'rejected',
      status: 550,
      attempt: 1,
    });
    expect(asked).toBe(1);
  });

  it('that rejects one of two addresses gets the mail, and a warning is logged', async () => {
    const server = await startMailServer({
      key,
      cert,
      onRcptTo({ address }, _session, done) {
        done(address === 'gone@example.com' ? smtpError(550, 'No such user here') : undefined);
      },
    });
    const { event, context } = await received('scan_failed');
    const own = { info: vi.fn(), warn: vi.fn() };
    const receivers = { ...context.logger, warn: vi.fn() };
    const { id, endpoint, receivedAt, ip, attempt, wire, signal } = context;
    const handed = { id, endpoint, receivedAt, ip, attempt, wire, signal, logger: receivers };
    const to = 'security@example.com, gone@example.com';
    const warning = [{ target: 'email', host: '127.0.0.1', rejected: 1 }, expect.any(String)];
    await start(server.port, { to, logger: own })(event, handed);
    expect(only(server).to).toEqual(['security@example.com']);
    expect([own.warn.mock.calls, receivers.warn.mock.calls]).toEqual([[warning], []]);
    await start(server.port, { to })(event, handed);
    expect([own.warn.mock.calls, receivers.warn.mock.calls]).toEqual([[warning], [warning]]);
  });

  /** Listens, and does with each connection what it is told. */
  async function startServer(onConnection: (socket: Socket) => void): Promise<number> {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => {}));
      onConnection(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return (server.address() as AddressInfo).port;
  }

  it.each([
    ['never answers', () => {}, 'timeout'],
    ['drops the connection', (socket: Socket) => socket.destroy(), 'connection'],
    ['resets the connection', (socket: Socket) => socket.resetAndDestroy(), 'connection'],
    [
      'drops the connection in the middle',
      (socket: Socket) => socket.write('220 mail ESMTP\r\n') && socket.on('data', () => socket.destroy()),
      'connection',
    ],
    ['is none', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), 'connection'],
    ['is busy', (socket: Socket) => socket.end('421 Too many connections\r\n'), 'unavailable'],
  ])('that %s fails the handler', async (_name, onConnection, code) => {
    let connections = 0;
    const port = await startServer((socket) => {
      connections += 1;
      onConnection(socket);
    });
    const { event, context } = await received('scan_failed');
    await expect(start(port, { timeout: 300 })(event, context)).rejects.toMatchObject({ code, attempt: 2 });
    expect(connections).toBe(2);
  });

  it('loses its connection when the handler gives up', async () => {
    const sockets: Socket[] = [];
    const port = await startServer((socket) => void sockets.push(socket));
    const { event, context } = await received('scan_failed');
    const handler = new AbortController();
    const sent = start(port)(event, withSignal(context, handler.signal));
    while (sockets.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const [socket] = sockets;
    const gone = socket && once(socket, 'close');
    socket?.resume();
    handler.abort();
    await expect(sent).rejects.toMatchObject({ code: 'aborted' });
    await gone;
  });
});

describe('configuration', () => {
  const good = { smtp: 'smtps://mail.example.com', from: 'a@example.com', to: 'b@example.com' };
  const wrong: [string, object | undefined, string][] = [
    ['nothing', undefined, 'smtp'],
    ['no server', { ...good, smtp: undefined }, 'smtp'],
    ['a server over https', { ...good, smtp: 'https://mail.example.com' }, 'smtp'],
    ['a URL without a host', { ...good, smtp: 'smtps://' }, 'smtp'],
    ['a host that is missing', { ...good, smtp: {} }, 'smtp.host'],
    ['a host that is none', { ...good, smtp: { host: 'mail example' } }, 'smtp.host'],
    ['a port of 0', { ...good, smtp: { host: 'mail', port: 0 } }, 'smtp.port'],
    ['a user alone', { ...good, smtp: { host: 'mail', username } }, 'smtp.password'],
    ['a password alone', { ...good, smtp: { host: 'mail', password } }, 'smtp.username'],
    ['a password with a lone %', { ...good, smtp: `smtps://u:${'secret'}%zz@mail.example.com` }, 'smtp'],
    ['an unknown member', { ...good, smtp: { host: 'mail', pass: password } }, 'smtp.pass'],
    ['no sender', { ...good, from: '' }, 'from'],
    ['two senders', { ...good, from: 'a@example.com, b@example.com' }, 'from'],
    ['a sender with a line break', { ...good, from: 'a@example.com\r\nBcc: c@example.com' }, 'from'],
    ['no address', { ...good, to: [] }, 'to'],
    ['one address of two that is none', { ...good, to: ['b@example.com', 'nobody'] }, 'to'],
    ['an address with a line break', { ...good, to: 'b@example.com\nBcc: c@example.com' }, 'to'],
    ['a subject that is text', { ...good, subject: 'Alert' }, 'subject'],
    ['allowPlaintext as text', { ...good, allowPlaintext: 'yes' }, 'allowPlaintext'],
    ['an unknown option', { ...good, cc: 'c@example.com' }, 'cc'],
    ['retries below none', { ...good, retries: -1 }, 'retries'],
  ];
  it.each(wrong)('%s names the option, and no password', (_name, options, option) => {
    let thrown: unknown;
    try {
      email(options as EmailOptions);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigurationError);
    expect(thrown).toMatchObject({ option });
    expect(String(thrown)).not.toMatch(/pässword|secret/);
  });
});
