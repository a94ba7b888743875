import { describe, expect, it } from 'vitest';
import { withSecret } from '../support/command.ts';
import { shown } from '../support/screen.ts';
import { serveListener, serveReceiver } from '../support/test-receivers.ts';

const esc = '\u001b';
const bar = /[█░]+ \d+\/\d+, \d+ unexpected/g;

describe('the progress bar', () => {
  it('the progress bar advances on a terminal, and leaves the summary and a visible cursor', async () => {
    const { url } = await serveReceiver();
    const { code, screen } = await shown(['send', '--count', '300', '--rate', '300', '--url', url]);
    expect(code).toBe(0);
    const drawn = screen.match(bar) ?? [];
    expect(drawn.length).toBeGreaterThan(2);
    expect(drawn[0]).toContain('░ 0/300, 0 unexpected');
    expect(drawn.at(-1)).toContain('█ 300/300, 0 unexpected');
    expect(screen.lastIndexOf(`${esc}[?25h`)).toBeGreaterThan(screen.lastIndexOf(`${esc}[?25l`));
    expect(screen.slice(screen.lastIndexOf('unexpected'))).toContain(
      'All 300 responses as expected. Expected: 2xx.',
    );
  });

  it.each([40, 60, 120])('the progress bar and the histogram fit into %i columns', async (columns) => {
    const { url } = await serveReceiver();
    const { screen } = await shown(['send', '--count', '50', '--url', url], { columns });
    for (const drawn of screen.match(bar) ?? []) expect(drawn.length).toBeLessThan(columns);
    const bars = screen.split('\r\n').filter((line) => / ms {2}/.test(line));
    expect(bars.length).toBeGreaterThan(0);
    for (const line of bars) expect(line.length).toBeLessThanOrEqual(columns);
  });

  it('the progress bar is not drawn without a terminal or with --json', async () => {
    const { url } = await serveReceiver();
    const piped = await withSecret(['send', '--count', '50', '--url', url]);
    expect(piped.output).not.toMatch(/░|\p{Cc}(?<!\n)/u);
    const { screen } = await shown(['send', '--count', '50', '--json', '--url', url]);
    expect(screen).not.toMatch(/[█░]/);
    expect(JSON.parse(screen)).toMatchObject({ sent: 50 });
  });

  it('Ctrl-C ends the progress bar, and prints a summary of the events sent so far', async () => {
    const { url } = await serveReceiver();
    const args = ['send', '--count', '100000', '--rate', '100', '--url', url];
    const { code, screen } = await shown(args, { answers: [['unexpected', '\u0003']] });
    expect(code).toBe(1);
    expect(screen).toMatch(/\d+ events? sent in [\d.]+ s/);
    expect(screen.lastIndexOf(`${esc}[?25h`)).toBeGreaterThan(screen.lastIndexOf(`${esc}[?25l`));
  });
});

describe('colors of send', () => {
  it('send uses colors on a terminal, but not with NO_COLOR', async () => {
    const { url } = await serveReceiver();
    const green = `${esc}[32m200 OK${esc}[39m`;
    expect((await shown(['send', '--url', url])).screen).toContain(green);
    const { screen } = await shown(['send', '--url', url], { env: { NO_COLOR: '1' } });
    expect(screen).toContain('200 OK');
    expect(screen).not.toContain(`${esc}[`);
  });

  it('a response cannot set the colors of the terminal', async () => {
    const url = await serveListener(
      (_, res) => void res.writeHead(500).end(`${esc}[31m${esc}]0;title\u0007`),
    );
    const { screen } = await shown(['send', '--url', url], { env: { NO_COLOR: '1' } });
    expect(screen).toContain('\\u001b[31m\\u001b]0;title\\u0007');
    expect(screen).not.toContain(esc);
  });
});
