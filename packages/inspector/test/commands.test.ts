import { execFileSync, spawnSync } from 'node:child_process';
import type { DeliveryWithBody } from '@spiderfoot-webhooks/core/stores';
import { describe, expect, it } from 'vitest';
import { commandsFor } from '../src/delivery/commands.ts';
import { recordEntry } from './support/record-entry.ts';
import { openTestStore } from './support/serve.ts';

const hostile = [
  "'; id; '",
  "\\'; id; '",
  "\\'; id; #",
  "\\\\'; id; #",
  "\\\\\\'; id; #",
  "'\\''; id; '",
  '$(id) `id` "$HOME"',
  '~ * %self =ls {a,b} !!',
  '\\',
  'ends with \\',
  '\\u00e9 \\n',
  'two\nlines',
  '%self',
  '=ls',
  '',
];

async function delivered(eventType: string, body: string): Promise<DeliveryWithBody> {
  const store = openTestStore();
  await recordEntry(store, { eventType, body: Buffer.from(body) });
  const delivery = await store.get('1');
  if (delivery === undefined) throw new Error('The delivery is missing.');
  return delivery;
}

const has = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;
const run = (shell: string, command: string) => execFileSync(shell, ['-c', command], { encoding: 'utf8' });

describe.for(['sh', 'bash', 'zsh', 'fish'])('%s', (shell) => {
  it.skipIf(!has(shell)).for(hostile)('passes %j unchanged to the command that sends it', async (text) => {
    const data = { target: text, [text]: [text] };
    const body = JSON.stringify({ event_type: text, data });
    const { send } = commandsFor(await delivered(text, body), body, true);
    const printed = run(shell, send.replace('spiderfoot-webhooks', "printf '<%s>'"));
    const given = ['send', '--dialect', 'guide', '--data', JSON.stringify(data), text];
    expect(printed).toBe(given.map((argument) => `<${argument}>`).join(''));
  });

  it.skipIf(!has(shell)).for(hostile)('writes a body with %j unchanged', async (text) => {
    const body = `not JSON: ${text}`;
    const { curl } = commandsFor(await delivered('scan_completed', body), body, true);
    const [write = ''] = curl.split(' > delivery-1.json\n');
    expect(run(shell, write)).toBe(body);
  });
});
