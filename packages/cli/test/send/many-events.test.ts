import { describe, expect, it } from 'vitest';
import { withSecret } from '../support/command.ts';
import { serveAnswers, serveListener, serveReceiver } from '../support/test-receivers.ts';

describe('--retries', () => {
  it('--retries sends the same bytes again after one and two seconds, as SpiderFoot does', async () => {
    const { url, seen } = await serveAnswers((index) => ({ status: index < 2 ? 503 : 200 }));
    const start = performance.now();
    const { code, lines } = await withSecret(['send', '--retries', '--url', url]);
    // Only the minimum is checked, because a slow machine takes longer.
    expect(performance.now() - start).toBeGreaterThan(2990);
    expect(code).toBe(0);
    expect(lines.filter((line) => /^ {2}\d{3} /.test(line))).toHaveLength(3);
    expect(seen).toHaveLength(3);
    expect(
      new Set(seen.map(({ headers, body }) => `${headers['x-spiderfoot-signature']} ${body}`)).size,
    ).toBe(1);
  });

  it('--retries makes three attempts, instead of one without the flag', async () => {
    const { url, seen } = await serveAnswers(() => ({ status: 500 }));
    expect(await withSecret(['send', '--retries', '--url', url])).toMatchObject({ code: 1 });
    expect(seen).toHaveLength(3);
    expect(await withSecret(['send', '--url', url])).toMatchObject({ code: 1 });
    expect(seen).toHaveLength(4);
  });
});

describe('many events', () => {
  it('many events are counted by status and timed, and none is a duplicate', async () => {
    const { url, outcomes } = await serveReceiver();
    const { code, lines } = await withSecret(['send', 'system.health', '--count', '200', '--url', url]);
    expect(code).toBe(0);
    expect(lines[0]).toMatch(/^200 events sent in [\d.]+ s \([\d.]+ per second\)$/);
    expect(lines[1]).toBe('  200: 200');
    expect(lines[2]).toMatch(/^latency in ms: min [\d.]+, p50 [\d.]+, p90 [\d.]+, p99 [\d.]+, max [\d.]+$/);
    const counts = lines.slice(3, -1).map((line) => Number(/(\d+)$/.exec(line)?.[1]));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(200);
    expect(lines.at(-1)).toBe('All 200 responses as expected. Expected: 2xx.');
    expect(outcomes.filter(({ status }) => status === 'processed')).toHaveLength(200);
  });

  it('send exits with 1 if some responses are unexpected, and counts them', async () => {
    const { url } = await serveAnswers((index) => ({ status: index % 4 === 0 ? 503 : 200 }));
    const { code, lines } = await withSecret(['send', '--count', '20', '--json', '--url', url]);
    expect(code).toBe(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      sent: 20,
      unexpected: 5,
      answers: { 200: 15, 503: 5 },
    });
  });

  it('many events are the same for the same seed', async () => {
    const { url, seen } = await serveAnswers(() => ({ status: 200 }));
    const args = ['send', '--count', '5', '--concurrency', '1', '--timestamp', '2026-01-01T00:00:00Z'];
    for (const seed of ['7', '7', '8']) await withSecret([...args, '--seed', seed, '--url', url]);
    const bodies = seen.map(({ body }) => body);
    expect(bodies.slice(5, 10)).toEqual(bodies.slice(0, 5));
    expect(new Set(bodies).size).toBe(10);
    expect(bodies[1]).toContain('"2026-01-01T00:00:00.001Z"');
  });

  it('at most --concurrency events are sent at the same time', async () => {
    let current = 0;
    let maximum = 0;
    const url = await serveListener((req, res) => {
      current += 1;
      maximum = Math.max(maximum, current);
      req.resume().on('end', () =>
        setTimeout(() => {
          current -= 1;
          res.end();
        }, 5),
      );
    });
    await withSecret(['send', '--count', '60', '--concurrency', '3', '--url', url]);
    expect(maximum).toBe(3);
  });

  it('many events are not sent faster than --rate', async () => {
    const { url, seen } = await serveAnswers(() => ({ status: 200 }));
    const { lines } = await withSecret(['send', '--count', '11', '--rate', '20', '--json', '--url', url]);
    expect(seen).toHaveLength(11);
    expect(JSON.parse(lines[0] ?? '').seconds).toBeGreaterThanOrEqual(0.49);
  });
});
