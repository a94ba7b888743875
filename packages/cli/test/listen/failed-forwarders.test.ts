import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/certificates.ts';
import { secret } from '../support/command.ts';
import { listening, sendEvent, until } from '../support/listen-process.ts';
import { serveListener } from '../support/test-receivers.ts';

/** Serve a chat that answers with a status, and asks for retries after one second. Return its argument. */
async function failingChat(status: number): Promise<string> {
  const url = await serveListener((_, res) => {
    res.writeHead(status, { 'retry-after': '1' }).end();
  });
  return `slack=${url}`;
}

const queued = async () => ['--queue', '--store', `${await temporaryFolder()}/webhooks.db`];

describe('listen with a failed forwarder', () => {
  it('names the event and the attempt, and that the sender sends it again', async () => {
    const { url, program } = await listening(['--forward', await failingChat(400)]);
    expect((await sendEvent(url, 'high_risk_event')).status).toBe(500);
    await program.says(
      /FAILED +slack high_risk_event attempt 1\b[^\n]*\n +\S[^\n]*\n.*The sender gets an error/,
    );
  });

  it('gives the next step of an event without a queue as JSON', async () => {
    const { url, events } = await listening(['--json', '--forward', await failingChat(400)]);
    await sendEvent(url, 'high_risk_event');
    await until(() => events().length === 2);
    expect(events()).toMatchObject([
      {
        outcome: 'failed',
        source: 'slack',
        endpoint: 'default',
        eventType: 'high_risk_event',
        attempt: 1,
        next: 'sender',
        error: expect.any(String),
      },
      { outcome: 'rejected', code: 'handler_failed' },
    ]);
  });

  it('gives the time of the retry of a queued event', async () => {
    const args = [...(await queued()), '--forward', await failingChat(503)];
    const { url, program } = await listening(args);
    expect((await sendEvent(url, 'high_risk_event')).status).toBe(202);
    await program.says(/FAILED +slack high_risk_event attempt 1\b/);
    await program.says(/ Retry at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\./);
  });

  it('gives the time of the retry of a queued event as JSON', async () => {
    const args = ['--json', ...(await queued()), '--forward', await failingChat(503)];
    const { url, events } = await listening(args);
    await sendEvent(url, 'high_risk_event');
    await until(() => events().some(({ source }) => source === 'slack'));
    const failure = events().find(({ source }) => source === 'slack') ?? {};
    expect(failure).toMatchObject({ attempt: 1, next: 'retry', nextAttempt: expect.any(String) });
    expect(Date.parse(String(failure.nextAttempt))).toBeGreaterThan(Date.parse(String(failure.time)));
  });

  it('shows the name of the endpoint if there are several', async () => {
    const folder = await temporaryFolder();
    const section = (name: string, path: string) =>
      `[webhooks${name}]\nenabled = true\nsecret = ${secret}\npath = ${path}\n`;
    await writeFile(`${folder}/two.cfg`, section('', '/one') + section(':soc', '/two'));
    const { url, program } = await listening(
      ['--config', `${folder}/two.cfg`, '--forward', await failingChat(400)],
      { env: {} },
    );
    await sendEvent(new URL('/two', url).href, 'high_risk_event');
    await program.says(/FAILED +soc +slack high_risk_event attempt 1/);
  });
});
