import { spawnSync } from 'node:child_process';
import { memoryQueue } from '@spiderfoot-webhooks/core/stores';
import { expect, it } from 'vitest';
import {
  describeWithServer,
  type RequiredServer,
  requireProgram,
} from '../../../../test/support/servers/describe-with-server.ts';
import { observed, send } from '../support/observed.ts';

const promtool: RequiredServer = { program: 'promtool', install: 'prometheus' };

/** Check a text with `promtool check metrics`. */
function check(input: string) {
  const { status, stdout, stderr } = spawnSync(requireProgram(promtool), ['check', 'metrics'], {
    input,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

describeWithServer(promtool, 'promtool', () => {
  it('promtool check metrics finds no problem in a scrape, whatever the endpoint and handlers are named', async () => {
    const health = async () => ({
      ...{ ready: true, waiting: 1, running: 0, delayed: 0, dead: 0, oldest: new Date() },
    });
    const options = { queue: memoryQueue(), endpoint: 'line\n"break"\\' };
    const { receiver, url } = await observed(options, { store: { health } });
    receiver.onAny(() => {}, { name: 'söme {handler="x"}' });
    await send(receiver);
    await send(receiver, 'made.up');
    const text = await (await fetch(url)).text();
    expect(check(text)).toEqual({ status: 0, output: '' });
    expect(check(text.replaceAll('retries_total', 'retries')).status).not.toBe(0);
  });
});
