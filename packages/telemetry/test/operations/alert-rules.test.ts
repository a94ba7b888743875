import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { describeWithServer, requireProgram } from '../../../../test/support/servers/describe-with-server.ts';
import { operationsFile, readOperations } from '../support/operations.ts';

const promtool = { program: 'promtool', install: 'prometheus' };
const rules = 'prometheus-alerts.yml';
const tests = 'prometheus-alerts.test.yml';

function run(cwd: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(requireProgram(promtool), args, { cwd, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

/** A copy of the files, with changed rules. */
function copyWith(change: (text: string) => string): string {
  const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(operationsFile(tests), join(folder, tests));
  writeFileSync(join(folder, rules), change(readOperations(rules)));
  return folder;
}

it('has a test in which each alert fires, and one in which it does not', () => {
  const alerts = [...readOperations(rules).matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
  const names = [...readOperations(tests).matchAll(/- name: (.+)/g)].map(([, name]) => name);
  expect(alerts.length).toBeGreaterThan(5);
  expect(names).toEqual(alerts.flatMap((alert) => [`${alert} fires`, `${alert} does not fire`]));
});

describeWithServer(promtool, 'promtool', () => {
  it('promtool accepts the alert rules, and their tests pass', () => {
    expect(run(operationsFile('.'), 'check', 'rules', rules)).toMatchObject({ status: 0 });
    expect(run(operationsFile('.'), 'test', 'rules', tests)).toMatchObject({ status: 0 });
  });

  it('promtool accepts the configuration in the documentation', () => {
    const page = readFileSync(new URL('../../../../docs/monitoring.md', import.meta.url), 'utf8');
    const [, config = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
    expect(config).toContain(rules);
    const folder = copyWith((text) => text);
    writeFileSync(join(folder, 'prometheus.yml'), config);
    expect(run(folder, 'check', 'config', 'prometheus.yml')).toMatchObject({ status: 0 });
  });

  it('the tests of the alert rules fail if a condition never holds or always holds', () => {
    const never = copyWith((text) => text.replaceAll(/ (?:>|==) [\d.]+$/gm, ' > 1e9'));
    const output = run(never, 'test', 'rules', tests).output;
    const always = copyWith((text) => text.replaceAll(/ (?:>|==) [\d.]+$/gm, ' >= 0'));
    const quiet = run(always, 'test', 'rules', tests).output;
    // The absence of metrics has no threshold.
    for (const [, alert] of readOperations(rules).matchAll(/- alert: (\w+)/g)) {
      if (alert === 'SpiderFootReceiverAbsent') continue;
      expect(output).toContain(`name: ${alert} fires`);
      expect(quiet).toContain(`name: ${alert} does not fire`);
    }
  });
});
