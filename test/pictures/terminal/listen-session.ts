import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { signedWebhook, type TestEventType } from '@spiderfoot-webhooks/core/testing';
import { Program } from '../../product/support/program.ts';
import { root } from '../../product/support/workspace.ts';
import { startTargetServer } from '../simulation/target-server.ts';

const port = 3000;
const slackPort = 8065;
const secret = 'pictures-s3cret';
/** The secret of a sender that read it from a file, with the end of the line. */
const withNewline = `${secret}\n`;
const files = { secret: 'secret.txt', slack: 'slack-url.txt' };
const args = ['listen', '--store', 'webhooks.db', '--queue', '--secret-file', files.secret];
const forward = ['--forward', `slack=@${files.slack}`];
/** The event after which Ctrl-C is typed. It has three lines: accepted, forwarded and handled. */
const last: TestEventType = 'multi_scan_completed';

/** Milliseconds between two events. */
const pause = 700;

/** The columns of the terminal. */
const columns = 118;

/** A command, and what it showed in a terminal. */
export interface Session {
  readonly command: string;
  readonly output: string;
}

/** Run `listen` in a terminal, and send it events: a target fails and recovers, and a sender has a wrong secret. */
export async function recordListen(): Promise<Session> {
  const folder = mkdtempSync(join(tmpdir(), 'terminal-'));
  const slack = await startTargetServer(slackPort);
  writeFileSync(join(folder, files.secret), secret);
  writeFileSync(join(folder, files.slack), slack.url);
  const terminal = join(root, 'packages/cli/test/support/terminal.py');
  // The command prints its own name in an example, so it is started as npx starts it.
  const binary = join(folder, 'spiderfoot-webhooks');
  symlinkSync(join(root, 'packages/cli/dist/main.js'), binary);
  const fixedDate = fileURLToPath(new URL('fixed-date.mjs', import.meta.url));
  const node = [process.execPath, '--import', fixedDate, binary];
  const answers = JSON.stringify([
    [last, ''],
    [last, ''],
    [last, '\u0003'],
  ]);
  const program = new Program(
    'python3',
    [terminal, String(columns), answers, ...node, ...args, ...forward, '--port', String(port)],
    { cwd: folder, env: { TERM: 'xterm-256color', TZ: 'UTC', npm_command: 'exec' } },
  );

  /** @param signedWith the secret of the sender */
  async function send(type: TestEventType, signedWith = secret): Promise<void> {
    const { url, headers, ...request } = await signedWebhook(type, { secret });
    const signature = `sha256=${createHmac('sha256', signedWith).update(request.body).digest('hex')}`;
    const response = await fetch(url, {
      ...request,
      headers: { ...headers, 'x-spiderfoot-signature': signature },
    });
    await response.text();
  }

  /** Send an event, and wait until the terminal shows a text. */
  async function sendUntil(shown: RegExp, type: TestEventType, signedWith?: string): Promise<void> {
    await setTimeout(pause);
    await send(type, signedWith);
    await program.says(shown);
  }

  try {
    await program.says(/Ctrl-C/);
    await sendUntil(/scan_started .*handled/, 'scan_started');
    await sendUntil(/finding\.new .*handled/, 'finding.new');
    await sendUntil(/high_risk_event .*handled/, 'high_risk_event');
    slack.status = 503;
    await sendUntil(/FAILED/, 'vulnerability_found');
    slack.status = 200;
    await program.says(/vulnerability_found .*handled/);
    await sendUntil(/invalid_signature/, 'malware_detected', withNewline);
    for (let repeated = 0; repeated < 25; repeated += 1) await send('malware_detected', withNewline);
    await send(last);
    await program.end();
    // The terminal echoes Ctrl-C in front of the next line.
    return {
      command: `npx spiderfoot-webhooks ${[...args, ...forward].join(' ')}`,
      output: program.output.replace('^C', ''),
    };
  } finally {
    program.kill();
    slack.close();
    rmSync(folder, { recursive: true });
  }
}
