import { request } from 'node:http';
import { request as requestTls } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { signedWebhook } from '@spiderfoot-webhooks/core/testing';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSink } from '../../../../test/support/sink.ts';
import { makeCertificates, temporaryFolder } from '../support/certificates.ts';
import { secret, spiderfoot, withSecret } from '../support/command.ts';
import { get, listening, sendEvent, until } from '../support/listen-process.ts';

const behindProxy = { 'x-forwarded-for': '203.0.113.9' };

/** Send a GET request with another `Host`, which fetch does not allow. */
function statusFor(url: string, path: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(new URL(path, url), { headers: { host } }, (res) => resolve(res.resume().statusCode))
      .once('error', reject)
      .end();
  });
}

describe('GET /health', () => {
  it('shows the status to every client, and the queue only to clients on this machine', async () => {
    const db = join(await temporaryFolder(), 'w.db');
    const { url } = await listening(['--store', db]);
    expect(await get(url, '/health', behindProxy)).toEqual({ status: 200, body: '{"status":"ok"}' });
    expect(JSON.parse((await get(url, '/health')).body)).toEqual({
      status: 'ok',
      problems: [],
      queue: { waiting: 0, running: 0, delayed: 0, dead: 0, oldestSeconds: null },
    });
  });

  it('shows the number of queued deliveries, and how long the oldest has been waiting', async () => {
    const db = join(await temporaryFolder(), 'w.db');
    const store = openStore(db);
    const body = Buffer.from('{"event_type":"x","timestamp":1,"payload":{}}');
    const stored = {
      eventType: 'x',
      dialect: 'shipped',
      scanId: undefined,
      target: undefined,
      ip: undefined,
      body,
    } as const;
    for (const age of [90, 30]) {
      const id = String(age).padStart(32, '0');
      // Use an endpoint without a worker.
      await store.enqueue({
        ...stored,
        id,
        endpoint: 'other',
        receivedAt: new Date(Date.now() - age * 1000),
      });
    }
    await store.close();
    const { url } = await listening(['--store', db]);
    const { queue } = JSON.parse((await get(url, '/health')).body);
    expect(queue).toMatchObject({ waiting: 2, running: 0, dead: 0 });
    expect(queue.oldestSeconds).toBeGreaterThanOrEqual(90);
    expect(queue.oldestSeconds).toBeLessThan(300);
    const metrics = (await get(url, '/metrics')).body;
    expect(metrics).toMatch(/^spiderfoot_webhook_queue_deliveries\{state="waiting"\} 2$/m);
    expect(
      Number(/^spiderfoot_webhook_queue_oldest_seconds (\S+)$/m.exec(metrics)?.[1]),
    ).toBeGreaterThanOrEqual(90);
  });

  it('answers 405 to other methods than GET and HEAD', async () => {
    const { url } = await listening();
    for (const [method, status] of [
      ['HEAD', 200],
      ['POST', 405],
      ['DELETE', 405],
    ] as const) {
      expect((await fetch(new URL('/health', url), { method })).status).toBe(status);
    }
  });
});

it('answers GET /livez and GET /readyz like GET /health', async () => {
  const { url } = await listening();
  for (const path of ['/livez', '/readyz']) {
    expect(await get(url, path, behindProxy)).toEqual({ status: 200, body: '{"status":"ok"}' });
    expect(JSON.parse((await get(url, path)).body)).toEqual({ status: 'ok', problems: [] });
  }
});

describe('GET /metrics', () => {
  it('counts deliveries, events and attempts in the format of Prometheus', async () => {
    const db = join(await temporaryFolder(), 'w.db');
    const { url, program } = await listening(['--store', db, '--queue']);
    await sendEvent(url, 'scan_completed');
    await sendEvent(url, 'scan_failed');
    await sendEvent(url, 'made.up.type');
    await sendEvent(url, 'scan_completed', { secret: 'another' });
    await until(() => program.lines.filter((line) => line.includes('handled')).length === 3);
    const response = await fetch(new URL('/metrics', url));
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    const lines = text
      .split('\n')
      .filter((line) =>
        /^spiderfoot_webhook_(?:deliveries|unauthenticated|attempts|receive_duration_seconds_count).* [1-9]/.test(
          line,
        ),
      );
    expect(lines.toSorted()).toEqual([
      'spiderfoot_webhook_attempts_total{endpoint="default",result="processed"} 3',
      'spiderfoot_webhook_deliveries_total{endpoint="default",type="other",outcome="accepted",code=""} 1',
      'spiderfoot_webhook_deliveries_total{endpoint="default",type="scan_completed",outcome="accepted",code=""} 1',
      'spiderfoot_webhook_deliveries_total{endpoint="default",type="scan_failed",outcome="accepted",code=""} 1',
      'spiderfoot_webhook_receive_duration_seconds_count{endpoint="default"} 4',
      'spiderfoot_webhook_unauthenticated_requests_total{endpoint="default",code="invalid_signature"} 1',
    ]);
    expect(text).toMatch(/^process_cpu_seconds_total \S+$/m);
  });

  it.each([
    ['without a database', () => []],
    ['with a log', (db: string) => ['--store', db]],
    ['with a queue', (db: string) => ['--store', db, '--queue']],
  ])('counts an event that is sent twice only once %s', async (_, args) => {
    const { url } = await listening(args(join(await temporaryFolder(), 'w.db')));
    const sent = await withSecret(['send', 'high_risk_event', '--duplicate', '--url', url]);
    expect(sent).toMatchObject({ code: 0 });
    const { body } = await get(url, '/metrics');
    const counted = body
      .split('\n')
      .filter((line) =>
        /^spiderfoot_webhook_deliveries_total\{.*outcome="(?:accepted|processed)".* [1-9]/.test(line),
      );
    expect(counted).toEqual([expect.stringMatching(/type="high_risk_event",.* 1$/)]);
  });

  it('counts an event only once if its handler fails and it is sent again', async () => {
    let status = 500;
    const target = await startSink(() => status);
    onTestFinished(target.close);
    const { url } = await listening(['--forward', `webhook=${target.url}`], {
      env: { SPIDERFOOT_WEBHOOK_SECRET: secret, SPIDERFOOT_FORWARD_SECRET: 'another' },
    });
    const { url: to, ...init } = await signedWebhook('scan_completed', { secret, url });
    const statuses: number[] = [];
    for (status of [400, 400, 200, 200]) statuses.push((await fetch(to, init)).status);
    expect(statuses).toEqual([500, 500, 200, 200]);
    const { body } = await get(url, '/metrics');
    const series = 'spiderfoot_webhook_deliveries_total{endpoint="default",type="scan_completed"';
    expect(body).toContain(`${series},outcome="processed",code=""} 1\n`);
    expect(body).toContain(`${series},outcome="rejected",code="handler_failed"} 2\n`);
    expect(body).toMatch(
      /^spiderfoot_webhook_forwarder_sends_total\{target="webhook",.*result="rejected"\} 2$/m,
    );
  });

  it('counts a POST to an unknown path, and a failed TLS connection', async () => {
    const { server } = await makeCertificates();
    const args = ['--tls-cert', server.cert, '--tls-key', server.key, '--metrics-port', '0'];
    const { url, program } = await listening(args);
    const [, metricsUrl = ''] = await program.says(/health, metrics (\S+)/);
    const postTo = (path: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const options = { method: 'POST', rejectUnauthorized: false, agent: false };
        requestTls(new URL(path, url), options, (res) => resolve(res.resume().statusCode))
          .once('error', reject)
          .end('{}');
      });
    expect(await postTo('/webhok')).toBe(404);
    expect(await postTo('/')).toBe(404);
    await expect(fetch(url.replace('https:', 'http:'))).rejects.toThrow();
    await program.says(/ERR_SSL_HTTP_REQUEST/);
    const { body } = await get(metricsUrl, '/metrics');
    expect(body).toContain('spiderfoot_webhook_unrouted_requests_total 2\n');
    expect(body).toContain('spiderfoot_webhook_tls_failures_total{code="ERR_SSL_HTTP_REQUEST"} 1');
  });

  it.each([
    'Forwarded: for=203.0.113.9',
    'X-Forwarded-For: 203.0.113.9',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Server: proxy',
    'X-Real-IP: 203.0.113.9',
    'Via: 1.1 proxy',
    'CF-Connecting-IP: 203.0.113.9',
    'CF-Ray: 1',
    'True-Client-IP: 203.0.113.9',
    'X-Original-URL: /metrics',
    'X-Original-Host: example.com',
    'X-Client-IP: 203.0.113.9',
    'X-Cluster-Client-IP: 203.0.113.9',
    'Fastly-Client-IP: 203.0.113.9',
    'X-Envoy-External-Address: 203.0.113.9',
    'x-amzn-trace-id: Root=1',
  ])('hides metrics and the details of /health from a request with %s', async (header) => {
    const { url } = await listening();
    const [name = '', value = ''] = header.split(': ');
    expect((await get(url, '/metrics')).status).toBe(200);
    expect((await get(url, '/metrics', { [name]: value })).status).toBe(404);
    expect(await get(url, '/health', { [name]: value })).toEqual({ status: 200, body: '{"status":"ok"}' });
  });

  it('hides metrics and the details of /health from a request in HTTP/1.0, which nginx sends', async () => {
    const { url } = await listening();
    const { host, port } = new URL(url);
    const responseTo = (path: string, version: string) =>
      new Promise<string>((resolve, reject) => {
        let text = '';
        connect(Number(port), '127.0.0.1')
          .on('data', (chunk) => {
            text += chunk.toString();
          })
          .once('error', reject)
          .once('close', () => resolve(text))
          .write(`GET ${path} HTTP/${version}\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      });
    expect(await responseTo('/metrics', '1.1')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await responseTo('/metrics', '1.0')).toMatch(/^HTTP\/1\.1 404 /);
    expect(await responseTo('/health', '1.0')).toMatch(/\r\n\r\n\{"status":"ok"\}$/);
  });

  it('answers 404 to a request through a proxy', async () => {
    const { url } = await listening();
    expect((await get(url, '/metrics')).status).toBe(200);
    for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip', 'x-forwarded-host']) {
      expect((await get(url, '/metrics', { [name]: 'x' })).status).toBe(404);
    }
  });

  it('answers 404 to a request whose host is not a loopback name or address', async () => {
    const { url } = await listening();
    const { port } = new URL(url);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, '[::1]']) {
      expect(await statusFor(url, '/metrics', host)).toBe(200);
    }
    for (const host of ['rebound.example', `rebound.example:${port}`, 'localhost.example']) {
      expect(await statusFor(url, '/metrics', host)).toBe(404);
      expect(await statusFor(url, '/health', host)).toBe(200);
    }
  });

  it('is served only on the separate port with --metrics-port', async () => {
    const { url, program, stop } = await listening(['--metrics-port', '0']);
    const [, metricsUrl = ''] = await program.says(/health, metrics (http:\/\/127\.0\.0\.1:\d+)/);
    expect(new URL(metricsUrl).port).not.toBe(new URL(url).port);
    expect((await get(metricsUrl, '/metrics', behindProxy)).body).toContain('spiderfoot_webhook');
    expect(JSON.parse((await get(metricsUrl, '/health', behindProxy)).body)).toEqual({
      status: 'ok',
      problems: [],
    });
    expect((await get(metricsUrl, '/webhook')).status).toBe(404);
    expect((await get(url, '/metrics')).status).toBe(404);
    expect(await get(url, '/health')).toEqual({ status: 200, body: '{"status":"ok"}' });
    expect(await stop()).toBe(0);
  });

  it('exits with 1 if the port of --metrics-port is in use', async () => {
    const { url } = await listening();
    const args = ['listen', '--port', '0', '--metrics-port', new URL(url).port];
    const { code, stderr } = await spiderfoot(args, { env: { SPIDERFOOT_WEBHOOK_SECRET: 'x' } });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('Another program is already listening on'),
    });
  });
});
