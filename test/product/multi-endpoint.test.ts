import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { soon } from '../support/raw-client.ts';
import { type Answer, type Sink, startSink } from '../support/sink.ts';
import type { Variables } from './support/examples.ts';
import { Program, run, stopPrograms } from './support/program.ts';
import { type Job, sendFromPython } from './support/sender.ts';
import { root } from './support/workspace.ts';

const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-endpoints-'));
const ini = join(root, 'examples/multi-endpoint/spiderfoot.ini');

/** The next responses of the sink, by path. The default is 200. */
const answers = new Map<string, Answer[]>();
let sink: Sink;
let serial = 0;

beforeAll(async () => {
  const { code, stderr } = await run('sh', ['examples/mtls/make-certificates.sh', folder]);
  if (code !== 0) throw new Error(stderr);
  const [cert, key] = ['receiver.pem', 'receiver.key'].map((name) => readFileSync(join(folder, name)));
  sink = await startSink(({ path }) => answers.get(path)?.shift() ?? 200, { tls: { cert, key } });
});
afterAll(async () => {
  stopPrograms();
  await sink.close();
  rmSync(folder, { recursive: true });
});

function variables(): Variables {
  return {
    PORT: '0',
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
    SPIDERFOOT_CONFIG: ini,
    SPIDERFOOT_WEBHOOK_STORE: join(folder, `${++serial}.db`),
    SECURITY_URL: `${sink.url}/security`,
    SECURITY_SECRET: "the team's own",
    SIEM_ENDPOINT: `${sink.url}/siem`,
    SIEM_API_KEY: 'siem-api-key',
    SLACK_URL: `${sink.url}/services/T0/B0/slack-token`,
  };
}

const launch = (env: Variables) =>
  new Program(process.execPath, ['examples/multi-endpoint/dist/server.js'], { env });

/** The words in the events that the sink has accepted at a path, starting with request number `from`. */
function acceptedAt(path: string, from: number): readonly string[] {
  return sink.accepted
    .slice(from)
    .filter((sent) => sent.path === path)
    .map(({ body }) => /word-\w+/.exec(JSON.stringify(body))?.[0] ?? 'no word')
    .toSorted();
}

const job = (url: string, secret: string, event_type: string, word: string): Job => ({
  url,
  secret,
  event_type,
  dialect: 'guide',
  data: { scan_id: word, target: word, data: word, error: word },
});

const slackPath = '/services/T0/B0/slack-token';

describe('The example multi-endpoint', () => {
  it('mounts an endpoint for each section, with its own secret, events and targets', async () => {
    const env = variables();
    const program = launch(env);
    const [, url = ''] = await program.says(/^listening on (http:\S+)$/m);
    const at = (name: string) => `${url}/webhook/${name}`;
    const [security, siem, slack] = [at('security'), at('siem'), at('slack')];
    // The security team is unavailable, so the event is sent to Slack. Only the SIEM needs retries.
    answers.set('/security', [503, 503, 503]);
    answers.set('/siem/events', [503, 'cut']);

    const got = await sendFromPython(
      job(security, 'security-team-secret', 'high_risk_event', 'word-a'),
      job(siem, 'siem-system-secret', 'high_risk_event', 'word-b'),
      job(slack, 'slack-alerts-secret', 'scan_failed', 'word-c'),
      // The secret of another endpoint, and types that an endpoint ignores.
      job(siem, 'security-team-secret', 'high_risk_event', 'word-d'),
      job(security, 'security-team-secret', 'scan_failed', 'word-e'),
      job(slack, 'slack-alerts-secret', 'scan_completed', 'word-f'),
      job(siem, 'siem-system-secret', 'of.tomorrow', 'word-g'),
    );
    expect(got.map(({ status }) => status)).toEqual([202, 202, 202, 401, 200, 200, 202]);
    await vi.waitFor(() => {
      expect(acceptedAt('/siem/events', 0)).toEqual(['word-b', 'word-g']);
      expect(acceptedAt(slackPath, 0)).toEqual(['word-a', 'word-c']);
    }, soon);

    const before = sink.accepted.length;
    await sendFromPython(job(security, 'security-team-secret', 'scan_completed', 'word-h'));
    await vi.waitFor(() => expect(acceptedAt('/security', before)).toEqual(['word-h']), soon);
    const siemHeaders = sink.accepted.find(({ path }) => path === '/siem/events')?.headers;
    expect(siemHeaders?.authorization).toBe('Bearer siem-api-key');
    expect((await fetch(`${url}/health`)).status).toBe(200);

    program.signal('SIGTERM');
    expect(await program.end()).toEqual({ code: 0, signal: null });
    for (const sensitive of [/slack-token/, /siem-api-key/, /the team's own/, /-secret/]) {
      expect(program.output).not.toMatch(sensitive);
    }
  });

  it('forwards accepted events after a restart', async () => {
    const env = variables();
    const down: Variables = { ...env, SIEM_ENDPOINT: 'https://127.0.0.1:1' };
    const first = launch(down);
    const [, url = ''] = await first.says(/^listening on (http:\S+)$/m);
    const before = sink.accepted.length;
    await sendFromPython(job(`${url}/webhook/siem`, 'siem-system-secret', 'scan_completed', 'word-i'));
    await first.says(/handler_failed|failed/);
    first.signal('SIGTERM');
    expect(await first.end()).toEqual({ code: 0, signal: null });

    const second = launch(env);
    await vi.waitFor(() => expect(acceptedAt('/siem/events', before)).toEqual(['word-i']), soon);
    second.signal('SIGTERM');
    expect(await second.end()).toEqual({ code: 0, signal: null });
  });

  it.each<readonly [problem: string, change: (env: Variables) => Variables, reason: RegExp]>([
    ['without a key for the SIEM', (env) => ({ ...env, SIEM_API_KEY: '' }), /"SIEM_API_KEY" is not set/],
    ['with a plain URL', (env) => ({ ...env, SLACK_URL: 'http://127.0.0.1/hush' }), /"url" uses http/],
    [
      'with a misspelled key',
      withIni('allowed_ip = 10.0.0.1'),
      /"allowed_ip" in \S+, line \d+, .*"allowed_ips"/,
    ],
    ['with enabled = false', withIni('', 'enabled = false'), /"enabled" of \S+ is false/],
    [
      'with an endpoint without handlers',
      withIni('[webhooks:hush]\nsecret = hush'),
      /\[webhooks:hush\].* no handlers/,
    ],
  ])('exits 1 with one line that names the reason %s', async (_, change, reason) => {
    const failed = launch(change(variables()));
    expect(await failed.end()).toEqual({ code: 1, signal: null });
    expect(failed.stderr).toMatch(reason);
    expect(failed.stderr.trim().split('\n')).toHaveLength(1);
  });
});

function withIni(further: string, enabled = 'enabled = true') {
  return (env: Variables): Variables => {
    const file = join(folder, `${++serial}.ini`);
    writeFileSync(file, `${readFileSync(ini, 'utf8').replace('enabled = true', enabled)}${further}\n`);
    return { ...env, SPIDERFOOT_CONFIG: file };
  };
}
