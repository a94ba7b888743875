import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './support/certificates.ts';
import { output, spiderfoot } from './support/command.ts';

const has = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

/** Write the completion script of a shell to a file. */
async function saved(shell: string): Promise<string> {
  const { code, lines, stderr } = await spiderfoot(['completion', shell]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const file = join(await temporaryFolder(), shell);
  await writeFile(file, `${lines.join('\n')}\n`);
  return file;
}

const cases = [
  { words: ['se'], expected: ['send'] },
  { words: ['send', '--tam'], expected: ['--tamper'] },
  { words: ['send', '--count', '3', '--dialect', 'gu'], expected: ['guide'] },
  { words: ['send', '-d', ''], expected: ['delivery', 'guide', 'notification', 'shipped', 'topic'] },
  { words: ['send', 'malw'], expected: ['malware_detected'] },
  { words: ['log', 'list', '--type', 'scan_com'], expected: ['scan_completed'] },
  { words: ['listen', '--events', 'malw'], expected: ['malware_detected'] },
  { words: ['listen', '--forward', 's'], expected: ['siem=', 'slack=', 'splunk='] },
  { words: ['log', 'st'], expected: ['stats'] },
  { words: ['completion', ''], expected: ['bash', 'fish', 'zsh'] },
];

describe('bash', () => {
  it.each(cases)('completes $words in bash', async ({ words, expected }) => {
    const ask = `source "$0"; COMP_WORDS=(spiderfoot-webhooks "$@"); COMP_CWORD=$#; _spiderfoot_webhooks; printf "%s\\n" "\${COMPREPLY[@]}"`;
    const found = await output('bash', ['-c', ask, await saved('bash'), ...words]);
    expect(
      found
        .split('\n')
        .filter((word) => !word.startsWith('-') || words.at(-1) !== '')
        .sort(),
    ).toEqual(expected);
  });

  it('leaves the completion of files to bash', async () => {
    const ask = `source "$0"; COMP_WORDS=(x send --ca ""); COMP_CWORD=3; _spiderfoot_webhooks; echo "\${#COMPREPLY[@]}"; complete -p spiderfoot-webhooks`;
    const [count, registered] = (await output('bash', ['-c', ask, await saved('bash')])).split('\n');
    expect(count).toBe('0');
    expect(registered).toContain('-o default');
  });
});

describe.skipIf(!has('fish'))('fish', () => {
  it.each(cases)('completes $words in fish', async ({ words, expected }) => {
    const ask = 'source $argv[1]; complete -C "spiderfoot-webhooks $argv[2..]"';
    const found = await output('fish', ['-c', ask, await saved('fish'), ...words]);
    const names = found.split('\n').map((line) => line.split('\t')[0]);
    expect(names).toEqual(expect.arrayContaining(expected));
    if (words.at(-1) !== '') expect(names).toEqual(expected);
  });
});

describe.skipIf(!has('zsh'))('zsh', () => {
  it('completes typed words in zsh', async () => {
    const script = fileURLToPath(new URL('support/zsh.py', import.meta.url));
    const typed = [
      'spiderfoot-webhooks se',
      'spiderfoot-webhooks send --tam',
      'spiderfoot-webhooks log st',
      'spiderfoot-webhooks tail --type malw',
      'spiderfoot-webhooks listen --forward spl',
    ];
    const screen = await output('python3', [script, await saved('zsh'), ...typed]);
    expect(screen.split('\n')).toEqual([
      'spiderfoot-webhooks send',
      'spiderfoot-webhooks send --tamper',
      'spiderfoot-webhooks log stats',
      'spiderfoot-webhooks tail --type malware_detected',
      'spiderfoot-webhooks listen --forward splunk=',
    ]);
  });
});

it('rejects an unknown shell', async () => {
  const { code, stderr } = await spiderfoot(['completion', 'tcsh']);
  expect(code).toBe(2);
  expect(stderr).toContain('Allowed choices are bash, zsh, fish');
});
