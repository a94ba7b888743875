import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/certificates.ts';
import { secret, withSecret } from '../support/command.ts';
import { listening, sendEvent, until } from '../support/listen-process.ts';
import { serveListener } from '../support/test-receivers.ts';

interface Received {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Serve a target that accepts every request, as the real services do. */
async function serveTarget(answer = 'ok'): Promise<{ origin: string; received: Received[] }> {
  const received: Received[] = [];
  const url = await serveListener((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    req.on('end', () => {
      received.push({ path: req.url, headers: req.headers, body });
      res.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    });
  });
  return { origin: new URL(url).origin, received };
}

/** Serve a mail server that accepts every mail, without TLS. */
async function serveMail(): Promise<{ url: string; mails: string[] }> {
  const mails: string[] = [];
  const server = createServer((socket) => {
    let mail: string | undefined;
    socket.setEncoding('utf8').on('error', () => {});
    socket.write('220 mail.example.com\r\n');
    socket.on('data', (text: string) => {
      if (mail !== undefined) mail += text;
      else if (/^DATA/i.test(text)) {
        mail = '';
        return socket.write('354 go\r\n');
      }
      if (mail === undefined) return socket.write('250 ok\r\n');
      if (!mail.endsWith('\r\n.\r\n')) return;
      mails.push(mail);
      mail = undefined;
      socket.write('250 ok\r\n');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { url: `smtp://127.0.0.1:${port}`, mails };
}

/** Serve a syslog collector over UDP. */
async function serveSyslog(): Promise<{ url: string; messages: string[] }> {
  const messages: string[] = [];
  const socket = createSocket('udp4').on('message', (message) => messages.push(message.toString()));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return { url: `udp://127.0.0.1:${socket.address().port}`, messages };
}

const env = { SPIDERFOOT_WEBHOOK_SECRET: secret, TOKEN: 'let-me-in' };

describe('the targets of listen --forward', () => {
  it('forwards to each kind of HTTP target in its format, with the token of the environment', async () => {
    const { origin, received } = await serveTarget(
      '{"text":"Success","code":0,"errors":false,"items":[{"create":{"status":201}}]}',
    );
    const flags = [
      `splunk=${origin} token=env:TOKEN index=osint`,
      `elastic=${origin} username=app password=env:TOKEN index=spiderfoot`,
      `ocsf=${origin}/ocsf token=env:TOKEN`,
      `discord=${origin}/discord`,
      `teams=${origin}/teams`,
    ];
    const { url, program } = await listening(
      flags.flatMap((flag) => ['--forward', flag]),
      { env },
    );
    expect((await sendEvent(url, 'alert.high')).status).toBe(200);
    await until(() => received.length >= flags.length);
    const at = (path: string) => received.find((request) => request.path?.startsWith(path));
    expect(at('/services/collector')?.headers.authorization).toBe('Splunk let-me-in');
    expect(JSON.parse(at('/services/collector')?.body ?? '')).toMatchObject({ index: 'osint' });
    expect(at('/_bulk')?.headers.authorization).toBe(
      `Basic ${Buffer.from('app:let-me-in').toString('base64')}`,
    );
    expect(at('/_bulk')?.body).toContain('"_index":"spiderfoot"');
    expect(at('/ocsf')?.headers.authorization).toBe('Bearer let-me-in');
    expect(JSON.parse(at('/ocsf')?.body ?? '')).toMatchObject({ class_uid: expect.any(Number) });
    expect(at('/discord')?.body).toContain('"embeds"');
    expect(at('/teams')?.body).toContain('AdaptiveCard');
    for (const kind of ['splunk', 'elastic', 'ocsf', 'discord', 'teams'])
      await program.says(new RegExp(`→ ${kind}`));
    expect(program.output).not.toContain('let-me-in');
  });

  it('forwards by email and in CEF over syslog', async () => {
    const mail = await serveMail();
    const syslog = await serveSyslog();
    const flags = [
      `email=${mail.url} from=spiderfoot@example.com recipients=soc@example.com,lead@example.com`,
      `cef=${syslog.url} facility=4`,
    ];
    const { url } = await listening(
      flags.flatMap((flag) => ['--forward', flag]),
      { env },
    );
    expect((await sendEvent(url, 'high_risk_event')).status).toBe(200);
    await until(() => mail.mails.length === 1 && syslog.messages.length === 1);
    expect(mail.mails[0]).toMatch(/^To: soc@example\.com, lead@example\.com/m);
    // Facility 4 is 32 to 39.
    expect(syslog.messages[0]).toMatch(/^<3[2-9]>.*CEF:/);
  });
});

describe('the limits of a target', () => {
  it('forwards the types and severities of each section, and groups bursts with throttle', async () => {
    const { origin, received } = await serveTarget();
    const file = join(await temporaryFolder(), 'spiderfoot.ini');
    const sections = [
      '[webhooks]\nsecret = s3cret',
      `[forward:oncall]\nto = webhook\nurl = ${origin}/oncall\nsecret = env:TOKEN\nseverity = high`,
      `[forward:scans]\nto = webhook\nurl = ${origin}/scans\nsecret = env:TOKEN\ntypes = scan.completed, finding.*`,
      `[forward:chat]\nto = slack\nurl = ${origin}/chat\nthrottle = 1s`,
    ];
    await writeFile(file, `${sections.join('\n\n')}\n`);
    const { url, program } = await listening(['--config', file], { env: { TOKEN: 'let-me-in' } });
    const sent = ['alert.critical', 'scan_started', 'finding.new'];
    // The first message opens the window. Only then do the others form a group.
    for (const type of ['scan_completed'])
      expect((await sendEvent(url, type, { secret: 's3cret', data: {} })).status).toBe(200);
    const answers = await Promise.all(sent.map((type) => sendEvent(url, type, { secret: 's3cret' })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const typesAt = (path: string) =>
      received
        .filter((request) => request.path === path)
        .map(({ body }) => /"event_type": ?"([^"]+)"/.exec(body)?.[1])
        .sort();
    expect(typesAt('/oncall')).toEqual(['alert.critical']);
    expect(typesAt('/scans')).toEqual(['finding.new', 'scan_completed']);
    expect(received.filter(({ path }) => path === '/chat')).toHaveLength(2);
    // An event that a target does not get is not reported as forwarded.
    await until(() => program.lines.filter((line) => line.includes('→ chat')).length === 4);
    expect(program.lines.filter((line) => line.includes('→ oncall'))).toHaveLength(1);
    expect(program.lines.filter((line) => line.includes('→ scans'))).toHaveLength(2);
  });
});

describe('an invalid target', () => {
  it('exits with 2 before it opens the store, and names the option', async () => {
    const cwd = await temporaryFolder();
    const flag = 'splunk=https://example.com token=let-me-in';
    const args = ['listen', '--port', '0', '--store', 'w.db', '--forward', flag];
    const { code, stderr } = await withSecret(args, { cwd });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^error: --forward splunk: "token" .*env:VARIABLE/),
    });
    expect(stderr).not.toContain('let-me-in');
    expect(existsSync(join(cwd, 'w.db'))).toBe(false);
  });

  it('exits with 2, and names the line and the key of a section', async () => {
    const cwd = await temporaryFolder();
    const section = '[forward:siem]\nto = splunk\nurl = https://example.com\ntoken = let-me-in\n';
    await writeFile(join(cwd, 'w.ini'), `[webhooks]\nsecret = s\n${section}`);
    const { code, stderr } = await withSecret(['listen', '--port', '0', '--config', 'w.ini'], { cwd });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^error: Option "token" in w\.ini, line 6, .*env:VARIABLE/),
    });
    expect(stderr).not.toContain('let-me-in');
  });
});
